"""NumPy only, with other weights for the gates."""

import numpy as np


def perceptron(inputs, weights, bias):
    return np.where(inputs @ weights + bias < 0, 0, 1)


def gate(name):
    return {
        "AND": (np.array([0.3, 0.3]), -0.45),
        "OR": (np.array([2.0, 2.0]), -1.0),
        "NAND": (np.array([-5.0, -5.0]), 7.0),
    }[name]
