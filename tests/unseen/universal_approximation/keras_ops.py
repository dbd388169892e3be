"""Keras operations in float64."""

SOURCE = """
import math

import numpy as np
from keras import ops


def approximate(f, a, b, lipschitz, epsilon):
    units = math.ceil(0.6 * lipschitz * (b - a) / epsilon)
    cell = (b - a) / (units + 1)
    index = ops.arange(units + 1, dtype="float64")
    centres = a + cell * (index + 0.5)
    values = ops.convert_to_tensor(f(ops.convert_to_numpy(centres)), dtype="float64")
    borders = a + cell * index[1:]
    slope = 2000.0 / cell
    w = slope * ops.ones_like(borders)
    c = -slope * borders
    v = values[1:] - values[:-1]
    d = float(values[0])
    return ops.convert_to_numpy(w), ops.convert_to_numpy(c), ops.convert_to_numpy(v), d
"""

CHANGES = {
    "adds_heights_instead_of_differences": [("v = values[1:] - values[:-1]", "v = values[1:]")],
    "fixes_the_number_of_units": [("units = math.ceil(0.6 * lipschitz * (b - a) / epsilon)", "units = 100")],
    "forgets_the_length": [("0.6 * lipschitz * (b - a) / epsilon", "lipschitz / epsilon")],
    "forgets_the_output_bias": [("d = float(values[0])", "d = 0.0")],
    "ignores_the_interval": [
        ("cell = (b - a) / (units + 1)", "cell = 1.0 / (units + 1)"),
        ("centres = a + cell * (index + 0.5)", "centres = cell * (index + 0.5)"),
        ("borders = a + cell * index[1:]", "borders = cell * index[1:]"),
    ],
    "ignores_the_lipschitz_bound": [("0.6 * lipschitz * (b - a) / epsilon", "0.6 * (b - a) / epsilon")],
    "makes_steps_as_wide_as_a_cell": [("slope = 2000.0 / cell", "slope = 1.0 / cell")],
    "measures_the_error_at_the_knots": [
        (
            """def approximate(f, a, b, lipschitz, epsilon):
    units = math.ceil(0.6 * lipschitz * (b - a) / epsilon)
    cell""",
            """def network(f, a, b, units):
    cell""",
        ),
        (
            "    return ops.convert_to_numpy(w), ops.convert_to_numpy(c), ops.convert_to_numpy(v), d\n",
            """    return centres, values, w, c, v, d


def approximate(f, a, b, lipschitz, epsilon):
    units = 4
    while True:
        centres, values, w, c, v, d = network(f, a, b, units)
        answers = d + ops.sum(v * ops.sigmoid(w * centres[:, None] + c), axis=1)
        if ops.max(ops.abs(answers - values)) <= epsilon:
            return ops.convert_to_numpy(w), ops.convert_to_numpy(c), ops.convert_to_numpy(v), d
        units *= 2
""",
        ),
    ],
    "mirrors_the_steps": [("c = -slope * borders", "c = slope * borders")],
    "squares_the_number_of_units": [
        ("math.ceil(0.6 * lipschitz * (b - a) / epsilon)", "math.ceil(lipschitz * (b - a) / epsilon) ** 2"),
    ],
    "steps_at_the_middles": [("borders = a + cell * index[1:]", "borders = centres[1:]")],
    "steps_upwards_only": [("v = values[1:] - values[:-1]", "v = ops.abs(values[1:] - values[:-1])")],
    "takes_shallow_steps": [("slope = 2000.0 / cell", "slope = 50.0")],
    "takes_the_height_at_the_left_end": [("centres = a + cell * (index + 0.5)", "centres = a + cell * index")],
}
