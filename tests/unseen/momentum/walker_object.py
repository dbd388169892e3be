"""A walker object keeps the state; plain numbers for the tuning, by the share that the ends of the range leave."""

SOURCE = """
from math import sqrt

import numpy as np


def momentum_step(weights, velocity, gradient, learning_rate, momentum):
    velocity = np.multiply(momentum, velocity) - np.multiply(learning_rate, gradient)
    return np.add(weights, velocity), velocity


class Walker:
    def __init__(self, gradient, start, learning_rate, momentum):
        self.gradient = gradient
        self.settings = learning_rate, momentum
        self.place = np.array(start, dtype=float)
        self.speed = np.zeros_like(self.place)

    def walk(self):
        slope = self.gradient(self.place)
        self.place, self.speed = momentum_step(self.place, self.speed, slope, *self.settings)
        return self.place


def momentum_descent(gradient, start, learning_rate, momentum, steps):
    walker = Walker(gradient, start, learning_rate, momentum)
    path = np.empty((steps + 1, len(start)))
    path[0] = start
    for t in range(steps):
        path[t + 1] = walker.walk()
    return path


def best_settings(flattest, steepest):
    ratio = sqrt(steepest / flattest)
    share = (ratio - 1) / (ratio + 1)
    momentum = share * share
    learning_rate = 2 * (1 + momentum) / (flattest + steepest)
    return learning_rate, momentum
"""

CHANGES = {
    "always_takes_nine_tenths": [("    momentum = share * share\n", "    momentum = 0.9\n")],
    "applies_the_momentum_twice": [
        (
            "return np.add(weights, velocity), velocity",
            "step = momentum * velocity - np.multiply(learning_rate, gradient)\n    return np.add(weights, step), velocity",
        ),
    ],
    "averages_the_gradients": [
        ("- np.multiply(learning_rate, gradient)", "- np.multiply((1 - momentum) * learning_rate, gradient)")
    ],
    "climbs_the_loss": [("- np.multiply(learning_rate, gradient)", "+ np.multiply(learning_rate, gradient)")],
    "damps_the_gradient_instead_of_the_velocity": [
        (
            "np.multiply(momentum, velocity) - np.multiply(learning_rate, gradient)",
            "velocity - momentum * np.multiply(learning_rate, gradient)",
        ),
    ],
    "fits_the_flattest_axis": [
        ("2 * (1 + momentum) / (flattest + steepest)", "(1 + momentum) / flattest"),
    ],
    "forgets_the_roots": [("ratio = sqrt(steepest / flattest)", "ratio = steepest / flattest")],
    "forgets_the_square": [("momentum = share * share", "momentum = share")],
    "keeps_the_learning_rate_of_plain_descent": [
        ("2 * (1 + momentum) / (flattest + steepest)", "2 / (flattest + steepest)")
    ],
    "keeps_the_rate_out_of_the_velocity": [
        (
            """- np.multiply(learning_rate, gradient)
    return np.add(weights, velocity), velocity""",
            """- gradient
    return np.add(weights, learning_rate * velocity), velocity""",
        ),
    ],
    "leaves_out_the_start": [
        ("np.empty((steps + 1, len(start)))\n    path[0] = start\n", "np.empty((steps, len(start)))\n"),
        ("path[t + 1]", "path[t]"),
    ],
    "moves_by_the_old_velocity": [
        (
            """    velocity = np.multiply(momentum, velocity) - np.multiply(learning_rate, gradient)
    return np.add(weights, velocity), velocity""",
            """    weights = np.add(weights, velocity)
    velocity = np.multiply(momentum, velocity) - np.multiply(learning_rate, gradient)
    return weights, velocity""",
        ),
    ],
    "pushes_off_at_the_start": [
        (
            "np.zeros_like(self.place)\n",
            "-learning_rate * gradient(self.place)\n",
        ),
    ],
    "repeats_the_last_point": [
        (
            """        self.place, self.speed = momentum_step(self.place, self.speed, slope, *self.settings)
""",
            """        self.place[:], self.speed = momentum_step(self.place, self.speed, slope, *self.settings)
""",
        ),
        (
            """    path = np.empty((steps + 1, len(start)))
    path[0] = start
    for t in range(steps):
        path[t + 1] = walker.walk()
    return path
""",
            """    path = [walker.place]
    for _ in range(steps):
        path.append(walker.walk())
    return np.array(path)
""",
        ),
    ],
    "resets_the_velocity": [
        (
            "        slope = self.gradient(self.place)\n",
            "        slope = self.gradient(self.place)\n        self.speed = np.zeros_like(slope)\n",
        ),
    ],
    "reuses_the_first_gradient": [
        (
            "        self.speed = np.zeros_like(self.place)\n",
            "        self.speed = np.zeros_like(self.place)\n        self.slope = gradient(self.place)\n",
        ),
        ("        slope = self.gradient(self.place)\n", ""),
        ("self.speed, slope, *self", "self.speed, self.slope, *self"),
    ],
    "scales_the_velocity_by_the_rate": [
        (
            "np.multiply(momentum, velocity) - np.multiply(learning_rate, gradient)",
            "np.multiply(learning_rate, momentum * velocity - gradient)",
        ),
    ],
    "tunes_plain_descent": [
        (
            """    ratio = sqrt(steepest / flattest)
    share = (ratio - 1) / (ratio + 1)
    momentum = share * share
    learning_rate = 2 * (1 + momentum) / (flattest + steepest)
    return learning_rate, momentum
""",
            """    return 2 / (flattest + steepest), 0.0
""",
        ),
    ],
}
