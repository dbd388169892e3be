"""A sorted list of knots that grows layer by layer; plain loops over neighbours, and NumPy only to run the network."""

SOURCE = """
import numpy as np


def hidden(layers, points, depth):
    h = np.array(points, dtype=float).reshape(-1, 1)
    for weights, biases in layers[:depth]:
        h = np.maximum(h @ weights + biases, 0.0)
    return h


def run(layers, points):
    weights, biases = layers[-1]
    return hidden(layers, points, len(layers) - 1) @ weights + biases


def sawtooth(k):
    layers = []
    first, bend = np.array([[1.0, 1.0]]), np.array([0.0, -0.5])
    down = np.array([[2.0], [-4.0]])
    into = first
    for fold in range(k):
        layers.append((into, bend))
        into = down @ first
    layers.append((down, np.zeros(1)))
    return layers


def without_doubles(points, gap):
    kept = []
    for x in sorted(points):
        if not kept or x - kept[-1] > gap:
            kept.append(x)
    return kept


def find_knots(layers, a, b):
    knots = [a, b]
    gap = (b - a) * 1e-6
    for depth, (weights, biases) in enumerate(layers[:-1]):
        scores = (hidden(layers, knots, depth) @ weights + biases).T.tolist()
        new = []
        for unit in scores:
            for i in range(len(knots) - 1):
                left, right = unit[i], unit[i + 1]
                if left * right < 0:
                    new.append(knots[i] + (knots[i + 1] - knots[i]) * left / (left - right))
        knots = [a] + [x for x in without_doubles(knots + new, gap) if a + gap < x < b - gap] + [b]
    return knots


def find_slopes(layers, knots):
    values = run(layers, knots)[:, 0].tolist()
    slopes = []
    for i in range(len(knots) - 1):
        slopes.append((values[i + 1] - values[i]) / (knots[i + 1] - knots[i]))
    return slopes


def find_bends(layers, a, b):
    knots = find_knots(layers, a, b)
    slopes = find_slopes(layers, knots)
    bends = []
    for i in range(1, len(slopes)):
        change = slopes[i] - slopes[i - 1]
        if abs(change) > 0.01:
            bends.append((knots[i], change))
    return slopes[0], bends


def count_pieces(layers, a, b):
    _, bends = find_bends(layers, a, b)
    return len(bends) + 1


def make_shallow(layers, a, b):
    slope, bends = find_bends(layers, a, b)
    units = [(a, slope)] + bends
    starts = np.array([x for x, _ in units])
    changes = np.array([[change] for _, change in units])
    return [(np.ones((1, len(units))), -starts), (changes, run(layers, [a])[0])]
"""

CHANGES = {
    "adds_folds_instead_of_composing": [
        (
            """    layers = []
    first, bend = np.array([[1.0, 1.0]]), np.array([0.0, -0.5])
    down = np.array([[2.0], [-4.0]])
    into = first
    for fold in range(k):
        layers.append((into, bend))
        into = down @ first
    layers.append((down, np.zeros(1)))
    return layers
""",
            """    bends, changes = [], []
    for tooth in range(k):
        bends += [-tooth / k, -(tooth + 0.5) / k]
        changes += [4.0 * k if tooth else 2.0 * k, -4.0 * k]
    return [(np.ones((1, 2 * k)), np.array(bends)), (np.array(changes).reshape(-1, 1), np.zeros(1))]
""",
        ),
    ],
    "bends_the_output": [
        (
            "    return hidden(layers, points, len(layers) - 1) @ weights + biases\n",
            "    return hidden(layers, points, len(layers))\n",
        ),
        ("    weights, biases = layers[-1]\n", ""),
    ],
    "builds_it_with_one_hidden_layer": [
        (
            """    layers = []
    first, bend = np.array([[1.0, 1.0]]), np.array([0.0, -0.5])
    down = np.array([[2.0], [-4.0]])
    into = first
    for fold in range(k):
        layers.append((into, bend))
        into = down @ first
    layers.append((down, np.zeros(1)))
    return layers
""",
            """    pieces = 2**k
    changes = [float(pieces)]
    for piece in range(1, pieces):
        changes.append(2.0 * pieces * (-1) ** piece)
    return [(np.ones((1, pieces)), -np.arange(pieces) / pieces), (np.array([changes]).T, np.zeros(1))]
""",
        ),
    ],
    "counts_bends_at_the_ends": [
        (
            "    _, bends = find_bends(layers, a, b)\n",
            "    little = (b - a) / 5000\n    _, bends = find_bends(layers, a - little, b + little)\n",
        ),
    ],
    "counts_bends_outside": [
        (
            "    _, bends = find_bends(layers, a, b)\n",
            "    wide = 20 * (b - a)\n    _, bends = find_bends(layers, a - wide, b + wide)\n",
        ),
    ],
    "counts_the_bends": [("return len(bends) + 1", "return len(bends)")],
    "counts_the_switches": [
        (
            "    _, bends = find_bends(layers, a, b)\n    return len(bends) + 1\n",
            "    return len(find_knots(layers, a, b)) - 1\n",
        ),
    ],
    "counts_turns_only": [
        (
            "    _, bends = find_bends(layers, a, b)\n    return len(bends) + 1\n",
            """    slopes = find_slopes(layers, find_knots(layers, a, b))
    turns = 0
    for before, after in zip(slopes, slopes[1:]):
        if before > 0.001 and after < -0.001 or before < -0.001 and after > 0.001:
            turns += 1
    return turns + 1
""",
        ),
    ],
    "folds_once_too_often": [("for fold in range(k):", "for fold in range(k + 1):")],
    "forgets_the_first_slope": [("units = [(a, slope)] + bends", "units = bends")],
    "forgets_the_value_at_the_start": [("(changes, run(layers, [a])[0])]", "(changes, np.zeros(1))]")],
    "gives_each_unit_the_whole_slope": [
        (
            "    units = [(a, slope)] + bends\n",
            """    units = [(a, slope)]
    for x, change in bends:
        slope += change
        units.append((x, slope))
""",
        ),
    ],
    "levels_off_in_the_middle": [("[[2.0], [-4.0]]", "[[2.0], [-2.0]]")],
    "looks_at_the_first_layer_only": [
        ("enumerate(layers[:-1]):\n        scores", "enumerate(layers[:-1][:1]):\n        scores")
    ],
    "looks_at_too_few_points": [
        (
            "    _, bends = find_bends(layers, a, b)\n    return len(bends) + 1\n",
            """    slopes = find_slopes(layers, np.linspace(a, b, 1000).tolist())
    bends, bending = 0, False
    for before, after in zip(slopes, slopes[1:]):
        changed = abs(after - before) > 0.01
        if changed and not bending:
            bends += 1
        bending = changed
    return bends + 1
""",
        ),
    ],
    "spends_a_unit_on_every_sample": [
        (
            "    slope, bends = find_bends(layers, a, b)\n    units = [(a, slope)] + bends\n",
            """    samples = np.linspace(a, b, 1001).tolist()
    slopes = find_slopes(layers, samples)
    units = [(x, after - before) for x, before, after in zip(samples, [0.0] + slopes, slopes)]
""",
        ),
    ],
    "stretches_without_folding": [
        (
            "    first, bend = np.array([[1.0, 1.0]]), np.array([0.0, -0.5])\n    down = np.array([[2.0], [-4.0]])\n",
            "    first, bend = np.array([[1.0]]), np.array([0.0])\n    down = np.array([[2.0]])\n",
        ),
    ],
    "takes_the_bound_for_the_count": [
        (
            "    _, bends = find_bends(layers, a, b)\n    return len(bends) + 1\n",
            """    pieces = 1
    for _, biases in layers[:-1]:
        pieces *= len(biases) + 1
    return pieces
""",
        ),
    ],
    "turns_the_teeth_upside_down": [
        (
            "    first, bend = np.array([[1.0, 1.0]]), np.array([0.0, -0.5])\n    down = np.array([[2.0], [-4.0]])\n",
            "    first, bend = np.array([[2.0, -2.0]]), np.array([-1.0, 1.0])\n    down = np.array([[1.0], [1.0]])\n",
        ),
    ],
}
