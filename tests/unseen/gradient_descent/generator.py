"""A generator walks for ever, a slice cuts the walk; plain Python loops over samples and features."""

SOURCE = """
import math
from itertools import islice

import numpy as np


def walk(gradient, start, learning_rate, tolerance):
    point = [float(x) for x in start]
    while True:
        yield point
        slope = gradient(np.array(point))
        if math.hypot(*slope) <= tolerance:
            return
        point = [x - learning_rate * s for x, s in zip(point, slope)]


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    points = walk(gradient, start, learning_rate, tolerance)
    return np.array(list(islice(points, max_steps + 1)))


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    rows, answers = inputs.tolist(), targets.tolist()
    features = inputs.shape[1]

    def gradient(weights):
        weights = weights.tolist()
        slope = [0.0] * features
        for x, y in zip(rows, answers):
            error = sum(w * a for w, a in zip(weights, x)) - y
            for j in range(features):
                slope[j] += 2 * error * x[j]
        return np.array([s / len(rows) for s in slope])

    return gradient_descent(gradient, [0.0] * features, learning_rate, tolerance, max_steps)
"""

CHANGES = {
    "climbs_the_loss": [("x - learning_rate * s", "x + learning_rate * s")],
    "compares_the_largest_component": [("math.hypot(*slope)", "max(abs(s) for s in slope)")],
    "compares_the_squared_norm": [("math.hypot(*slope)", "sum(s * s for s in slope)")],
    "computes_the_gradient_twice": [
        (
            "        slope = gradient(np.array(point))\n        if math.hypot(*slope) <=",
            "        if length(gradient, point) <=",
        ),
        ("in zip(point, slope)]", "in zip(point, gradient(np.array(point)))]"),
        (
            "def walk(",
            "def length(gradient, point):\n    return math.hypot(*gradient(np.array(point)))\n\n\ndef walk(",
        ),
    ],
    "forgets_the_factor_two": [("2 * error * x[j]", "error * x[j]")],
    "leaves_out_the_last_point": [("islice(points, max_steps + 1)", "islice(points, max_steps)")],
    "leaves_out_the_start": [("islice(points, max_steps + 1)", "islice(points, 1, max_steps + 1)")],
    "needs_less_than_the_tolerance": [
        (
            """        if math.hypot(*slope) <= tolerance:
            return
        point = [x - learning_rate * s for x, s in zip(point, slope)]
""",
            """        if math.hypot(*slope) >= tolerance:
            point = [x - learning_rate * s for x, s in zip(point, slope)]
        else:
            return
""",
        )
    ],
    "repeats_the_last_point": [
        (
            "        point = [x - learning_rate * s for x, s in zip(point, slope)]\n",
            "        for i, s in enumerate(slope):\n            point[i] -= learning_rate * s\n",
        )
    ],
    "reuses_the_first_gradient": [
        (
            """    while True:
        yield point
        slope = gradient(np.array(point))
""",
            """    slope = gradient(np.array(point))
    while True:
        yield point
""",
        )
    ],
    "stops_on_small_steps": [
        (
            """        if math.hypot(*slope) <= tolerance:
            return
        point = [x - learning_rate * s for x, s in zip(point, slope)]
""",
            """        following = [x - learning_rate * s for x, s in zip(point, slope)]
        if math.dist(following, point) <= tolerance:
            return
        point = following
""",
        )
    ],
    "stops_on_the_loss": [
        (
            "    return gradient_descent(gradient, [0.0] * features, learning_rate, tolerance, max_steps)\n",
            """    def loss(weights):
        return sum((sum(w * a for w, a in zip(weights, x)) - y) ** 2 for x, y in zip(rows, answers)) / len(rows)

    path = [np.zeros(features)]
    while len(path) <= max_steps and loss(path[-1]) > tolerance:
        path.append(path[-1] - learning_rate * gradient(path[-1]))
    return np.array(path)
""",
        )
    ],
    "sums_over_the_batch": [("[s / len(rows) for s in slope]", "slope")],
    "takes_one_step_too_many": [
        (
            """        if math.hypot(*slope) <= tolerance:
            return
        point = [x - learning_rate * s for x, s in zip(point, slope)]
""",
            """        point = [x - learning_rate * s for x, s in zip(point, slope)]
        if math.hypot(*slope) <= tolerance:
            yield point
            return
""",
        )
    ],
    "takes_steps_of_fixed_length": [
        (
            """        if math.hypot(*slope) <= tolerance:
            return
        point = [x - learning_rate * s for x, s in zip(point, slope)]
""",
            """        norm = math.hypot(*slope)
        if norm <= tolerance:
            return
        point = [x - learning_rate * (s / norm) for x, s in zip(point, slope)]
""",
        )
    ],
    "uses_one_sample_a_step": [
        ("from itertools import islice\n", "from itertools import cycle\nfrom itertools import islice\n"),
        (
            "    features = inputs.shape[1]\n",
            "    features = inputs.shape[1]\n    samples = cycle(zip(rows, answers))\n",
        ),
        (
            """        slope = [0.0] * features
        for x, y in zip(rows, answers):
            error = sum(w * a for w, a in zip(weights, x)) - y
            for j in range(features):
                slope[j] += 2 * error * x[j]
        return np.array([s / len(rows) for s in slope])
""",
            """        x, y = next(samples)
        error = sum(w * a for w, a in zip(weights, x)) - y
        return np.array([2 * error * a for a in x])
""",
        ),
    ],
    "waits_for_a_zero_gradient": [("if math.hypot(*slope) <= tolerance:", "if not any(slope):")],
}
