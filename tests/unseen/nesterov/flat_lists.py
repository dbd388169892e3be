"""Flat lists of numbers, entry by entry; arrays only at the borders. The library's step goes by way of the weights."""

SOURCE = """
import numpy as np


def numbers(array):
    return [float(x) for x in np.ravel(array)]


def combine(*terms):
    sums = []
    for entries in zip(*(values for _, values in terms)):
        sums.append(sum(factor * entry for (factor, _), entry in zip(terms, entries)))
    return sums


def nesterov_step(gradient, weights, velocity, learning_rate, momentum):
    shape = np.shape(weights)
    w, v = numbers(weights), numbers(velocity)
    peek = combine((1, w), (momentum, v))
    slope = numbers(gradient(np.reshape(peek, shape)))
    v = combine((momentum, v), (-learning_rate, slope))
    w = combine((1, w), (1, v))
    return np.reshape(w, shape), np.reshape(v, shape)


def nesterov_descent(gradient, start, learning_rate, momentum, steps):
    w = np.array(start, dtype=float)
    v = np.zeros(len(w))
    rows = [w.tolist()]
    while len(rows) <= steps:
        w, v = nesterov_step(gradient, w, v, learning_rate, momentum)
        rows.append(w.tolist())
    return np.array(rows)


def lookahead_step(ahead, velocity, gradient, learning_rate, momentum):
    shape = np.shape(ahead)
    y, old, slope = numbers(ahead), numbers(velocity), numbers(gradient)
    w = combine((1, y), (-momentum, old))
    new = combine((momentum, old), (-learning_rate, slope))
    w = combine((1, w), (1, new))
    y = combine((1, w), (momentum, new))
    return np.reshape(y, shape), np.reshape(new, shape)
"""

CHANGES = {
    "asks_at_the_current_point": [("peek = combine((1, w), (momentum, v))", "peek = w")],
    "climbs_the_loss": [
        ("v = combine((momentum, v), (-learning_rate, slope))", "v = combine((momentum, v), (learning_rate, slope))"),
        (
            "new = combine((momentum, old), (-learning_rate, slope))",
            "new = combine((momentum, old), (learning_rate, slope))",
        ),
    ],
    "forgets_the_gradient_step": [
        (
            """    w = combine((1, y), (-momentum, old))
    new = combine((momentum, old), (-learning_rate, slope))
    w = combine((1, w), (1, new))
    y = combine((1, w), (momentum, new))
""",
            """    new = combine((momentum, old), (-learning_rate, slope))
    y = combine((1, y), (momentum, new))
""",
        ),
    ],
    "forgets_the_old_velocity": [
        (
            """    v = combine((momentum, v), (-learning_rate, slope))
    w = combine((1, w), (1, v))
""",
            """    v = combine((-learning_rate, slope))
    w = combine((1, peek), (1, v))
""",
        ),
    ],
    "keeps_the_old_look_ahead": [("    w = combine((1, y), (-momentum, old))\n", "    w = y\n")],
    "keeps_the_rate_out_of_the_velocity": [
        ("peek = combine((1, w), (momentum, v))", "peek = combine((1, w), (learning_rate * momentum, v))"),
        (
            """    v = combine((momentum, v), (-learning_rate, slope))
    w = combine((1, w), (1, v))
""",
            """    v = combine((momentum, v), (-1, slope))
    w = combine((1, w), (learning_rate, v))
""",
        ),
        (
            """    w = combine((1, y), (-momentum, old))
    new = combine((momentum, old), (-learning_rate, slope))
    w = combine((1, w), (1, new))
    y = combine((1, w), (momentum, new))
""",
            """    w = combine((1, y), (-momentum * learning_rate, old))
    new = combine((momentum, old), (-1, slope))
    w = combine((1, w), (learning_rate, new))
    y = combine((1, w), (momentum * learning_rate, new))
""",
        ),
    ],
    "looks_ahead_by_the_whole_velocity": [("peek = combine((1, w), (momentum, v))", "peek = combine((1, w), (1, v))")],
    "looks_back": [("peek = combine((1, w), (momentum, v))", "peek = combine((1, w), (-momentum, v))")],
    "moves_the_point_ahead_by_the_velocity": [
        (
            """    w = combine((1, y), (-momentum, old))
    new = combine((momentum, old), (-learning_rate, slope))
    w = combine((1, w), (1, new))
    y = combine((1, w), (momentum, new))
""",
            """    new = combine((momentum, old), (-learning_rate, slope))
    y = combine((1, y), (1, new))
""",
        ),
    ],
    "resets_the_velocity": [
        (
            "        w, v = nesterov_step(gradient, w, v, learning_rate, momentum)\n",
            "        v = np.zeros(len(w))\n        w, v = nesterov_step(gradient, w, v, learning_rate, momentum)\n",
        ),
    ],
    "returns_the_points_ahead": [
        ("        rows.append(w.tolist())\n", "        rows.append((w + momentum * v).tolist())\n")
    ],
    "returns_the_weights": [
        ("    y = combine((1, w), (momentum, new))\n    return np.reshape(y, shape)", "    return np.reshape(w, shape)")
    ],
    "steps_from_the_point_ahead": [
        (
            """    w = combine((1, w), (1, v))
""",
            """    w = combine((1, peek), (1, v))
""",
        ),
    ],
    "takes_a_whole_step_to_look_ahead": [
        (
            "    peek = combine((1, w), (momentum, v))\n",
            """    here = numbers(gradient(np.reshape(w, shape)))
    peek = combine((1, w), (momentum, v), (-learning_rate, here))
""",
        ),
    ],
}
