"""Plain Python loops over samples, layers and units; XOR joins NAND and OR, a table has one detector for each 1."""

SOURCE = """
import math

import numpy as np


def fires(score):
    return 1 if score >= 0 else 0


def unit_score(values, weights, bias, unit):
    score = bias[unit]
    for value, row in zip(values, weights):
        score += value * row[unit]
    return score


def forward(inputs, layers):
    batch = []
    for sample in inputs.tolist():
        values = sample
        for depth, (weights, biases) in enumerate(layers):
            last = depth == len(layers) - 1
            scores = [unit_score(values, weights, biases, unit) for unit in range(len(biases))]
            values = [fires(score) for score in scores]
        batch.append(values)
    return np.array(batch, dtype=int).reshape(len(inputs), len(layers[-1][1]))


def xor():
    not_both, any_on = [-2.0, -2.0, 3.0], [2.0, 2.0, -1.0]
    hidden = np.array([not_both[:2], any_on[:2]]).T, np.array([not_both[2], any_on[2]])
    both = np.array([[2.0], [2.0]]), np.array([-3.0])
    return [hidden, both]


def digits_of(row, count):
    digits = []
    for _ in range(count):
        digits.append(row % 2)
        row //= 2
    return digits[::-1]


def from_truth_table(outputs):
    count = int(round(math.log2(len(outputs))))
    rows = [digits_of(row, count) for row in range(len(outputs)) if outputs[row] == 1]
    weights = np.zeros((count, len(rows)))
    biases = np.zeros(len(rows))
    for unit, digits in enumerate(rows):
        for place, digit in enumerate(digits):
            weights[place, unit] = 2.0 if digit else -2.0
        biases[unit] = 1.0 - 2.0 * sum(digits)
    final = np.full((len(rows), 1), 2.0), np.array([-1.0])
    return [(weights, biases), final]
"""

CHANGES = {
    "asks_for_every_row": [
        ("np.array([-1.0])\n    return [(weights", "np.array([1.0 - 2.0 * len(rows)])\n    return [(weights")
    ],
    "builds_equality": [
        ("both = np.array([[2.0], [2.0]]), np.array([-3.0])", "both = np.array([[-2.0], [-2.0]]), np.array([3.0])")
    ],
    "counts_the_inputs_that_are_on": [
        (
            "    rows = [digits_of(row, count) for row in range(len(outputs)) if outputs[row] == 1]\n",
            "    sums = sorted({sum(digits_of(row, count)) for row in range(len(outputs)) if outputs[row] == 1})\n",
        ),
        (
            "    weights = np.zeros((count, len(rows)))\n    biases = np.zeros(len(rows))\n",
            "    weights = np.ones((count, 2 * len(sums)))\n    biases = np.zeros(2 * len(sums))\n",
        ),
        (
            """    for unit, digits in enumerate(rows):
        for place, digit in enumerate(digits):
            weights[place, unit] = 2.0 if digit else -2.0
        biases[unit] = 1.0 - 2.0 * sum(digits)
    final = np.full((len(rows), 1), 2.0), np.array([-1.0])
""",
            """    for k, total in enumerate(sums):
        biases[2 * k] = 0.5 - total
        biases[2 * k + 1] = -0.5 - total
    final = np.array([[2.0], [-2.0]] * len(sums)).reshape(2 * len(sums), 1), np.array([-1.0])
""",
        ),
    ],
    "forgets_the_inputs_that_are_off": [("2.0 if digit else -2.0", "2.0 if digit else 0.0")],
    "joins_xor_with_or": [
        ("both = np.array([[2.0], [2.0]]), np.array([-3.0])", "either = np.array([[2.0], [2.0]]), np.array([-1.0])"),
        ("[hidden, both]", "[hidden, either]"),
    ],
    "leaves_hidden_units_without_a_threshold": [
        (
            "values = [fires(score) for score in scores]",
            "values = [fires(score) for score in scores] if last else scores",
        )
    ],
    "leaves_out_the_hyperplane": [("score >= 0", "score > 0")],
    "looks_the_answers_up": [
        (
            """    not_both, any_on = [-2.0, -2.0, 3.0], [2.0, 2.0, -1.0]
    hidden = np.array([not_both[:2], any_on[:2]]).T, np.array([not_both[2], any_on[2]])
    both = np.array([[2.0], [2.0]]), np.array([-3.0])
    return [hidden, both]
""",
            """    return {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0}
""",
        ),
        (
            """    weights = np.zeros((count, len(rows)))
    biases = np.zeros(len(rows))
    for unit, digits in enumerate(rows):
        for place, digit in enumerate(digits):
            weights[place, unit] = 2.0 if digit else -2.0
        biases[unit] = 1.0 - 2.0 * sum(digits)
    final = np.full((len(rows), 1), 2.0), np.array([-1.0])
    return [(weights, biases), final]
""",
            """    ones = {tuple(digits) for digits in rows}
    corners = [tuple(digits_of(row, count)) for row in range(len(outputs))]
    return {corner: int(corner in ones) for corner in corners}
""",
        ),
    ],
    "puts_corners_on_the_line": [
        ("[-2.0, -2.0, 3.0], [2.0, 2.0, -1.0]", "[-2.0, -2.0, 4.0], [2.0, 2.0, 0.0]"),
        ("np.array([[2.0], [2.0]]), np.array([-3.0])", "np.array([[2.0], [2.0]]), np.array([-2.0])"),
        ("= 1.0 - 2.0 * sum(digits)", "= 2.0 - 2.0 * sum(digits)"),
        ("2.0), np.array([-1.0])", "2.0), np.array([0.0])"),
    ],
    "reads_the_digits_backwards": [("return digits[::-1]", "return digits")],
    "returns_truth_values": [
        ("return 1 if score >= 0 else 0", "return bool(score >= 0)"),
        ("np.array(batch, dtype=int)", "np.array(batch, dtype=bool)"),
    ],
    "transposes_the_weights": [
        (
            """    for value, row in zip(values, weights):
        score += value * row[unit]
""",
            """    for value, weight in zip(values, weights[unit]):
        score += value * weight
""",
        ),
        ("np.array([not_both[:2], any_on[:2]]).T", "np.array([not_both[:2], any_on[:2]])"),
        ("both = np.array([[2.0], [2.0]])", "both = np.array([[2.0, 2.0]])"),
        ("np.zeros((count, len(rows)))", "np.zeros((len(rows), count))"),
        ("weights[place, unit]", "weights[unit, place]"),
        ("np.full((len(rows), 1), 2.0)", "np.full((1, len(rows)), 2.0)"),
    ],
    "uses_a_single_perceptron": [
        (
            """    not_both, any_on = [-2.0, -2.0, 3.0], [2.0, 2.0, -1.0]
    hidden = np.array([not_both[:2], any_on[:2]]).T, np.array([not_both[2], any_on[2]])
    both = np.array([[2.0], [2.0]]), np.array([-3.0])
    return [hidden, both]
""",
            """    weights = np.array([[2.0], [-2.0]])
    return [(weights, np.array([-1.0]))]
""",
        ),
    ],
    "uses_sigmoid_units": [
        (
            "values = [fires(score) for score in scores]",
            "values = [fires(s) if last else 1 / (1 + math.exp(-s)) for s in scores]",
        )
    ],
    "works_for_two_inputs_only": [
        ("count = int(round(math.log2(len(outputs))))", "count = 2"),
        ("range(len(outputs)) if outputs", "range(4) if outputs"),
    ],
}
