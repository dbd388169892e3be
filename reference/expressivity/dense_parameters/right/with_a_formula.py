"""NumPy in 64 bits, and the root of the quadratic, put right by a unit where it was rounded."""

import numpy as np


def count_parameters(units, use_bias=True):
    units = np.array(units, dtype="int64")
    return np.dot(units[:-1], units[1:]) + use_bias * units[1:].sum()


def count_flops(units, batch_size=1, use_bias=True):
    weights = count_parameters(units, use_bias=False)
    additions = weights if use_bias else weights - np.sum(units[1:], dtype="int64")
    return int(batch_size) * (weights + additions)


def widest(inputs, outputs, hidden_layers, budget):
    square, linear, rest = hidden_layers - 1, inputs + outputs + hidden_layers, budget - outputs
    if rest < 0:
        return 0
    if square == 0:
        return rest // linear
    width = int((-linear + np.sqrt(linear**2 + 4.0 * square * rest)) / (2 * square)) + 1
    while square * width**2 + linear * width > rest:
        width -= 1
    return width
