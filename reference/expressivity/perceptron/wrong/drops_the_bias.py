"""The bias is not used.

Without the bias every hyperplane goes through the origin, so the unit can turn but not move. Add it to the score of
each input before the comparison.
"""

import numpy as np


def perceptron(inputs, weights, bias):
    return (inputs @ weights >= 0).astype(int)


def gate(name):
    weights, bias = {"AND": ([1, 1], -1.5), "OR": ([1, 1], -0.5), "NAND": ([-1, -1], 1.5)}[name]
    return np.array(weights, dtype=float), bias
