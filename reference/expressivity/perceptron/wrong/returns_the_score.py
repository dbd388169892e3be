"""The score is returned instead of the decision.

w·x + b says how far a point lies from the hyperplane. The perceptron's output is only the side: 1 where the score is at
least 0, and 0 elsewhere.
"""

import numpy as np


def perceptron(inputs, weights, bias):
    return inputs @ weights + bias


def gate(name):
    weights, bias = {"AND": ([1, 1], -1.5), "OR": ([1, 1], -0.5), "NAND": ([-1, -1], 1.5)}[name]
    return np.array(weights, dtype=float), bias
