"""Plain NumPy: one product for the batch, and if statements for the gates."""

SOURCE = """
import numpy as np


def perceptron(inputs, weights, bias):
    scores = np.dot(inputs, weights) + bias
    return np.where(scores >= 0, 1, 0)


def gate(name):
    if name == "AND":
        return np.array([1.0, 1.0]), -1.5
    if name == "OR":
        return np.array([1.0, 1.0]), -0.5
    if name == "NAND":
        return np.array([-1.0, -1.0]), 1.5
    raise ValueError(name)
"""

CHANGES = {
    "drops_the_bias": [("np.dot(inputs, weights) + bias", "np.dot(inputs, weights)")],
    "leaves_out_the_hyperplane": [("scores >= 0", "scores > 0")],
    "returns_the_score": [("return np.where(scores >= 0, 1, 0)", "return scores")],
    "returns_truth_values": [("return np.where(scores >= 0, 1, 0)", "return scores >= 0")],
    "swaps_and_with_or": [
        (
            'return np.array([1.0, 1.0]), -1.5\n    if name == "OR":\n        return np.array([1.0, 1.0]), -0.5',
            'return np.array([1.0, 1.0]), -0.5\n    if name == "OR":\n        return np.array([1.0, 1.0]), -1.5',
        )
    ],
    "takes_one_sample_only": [("np.dot(inputs, weights) + bias", "np.sum(inputs * weights) + bias")],
}
