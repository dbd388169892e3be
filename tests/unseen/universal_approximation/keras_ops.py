"""Keras operations in float64."""

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
