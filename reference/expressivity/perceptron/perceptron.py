"""Perceptron: a hyperplane that answers yes or no."""

import numpy as np
from keras import ops

GATES = {
    "AND": ([1.0, 1.0], -1.5),
    "OR": ([1.0, 1.0], -0.5),
    "NAND": ([-1.0, -1.0], 1.5),
}


def perceptron(inputs: np.ndarray, weights: np.ndarray, bias: float) -> np.ndarray:
    """Classifies each input by the side of a hyperplane on which it lies."""
    scores = ops.matmul(inputs, weights) + bias
    return ops.cast(scores >= 0.0, "int32")


def gate(name: str) -> tuple[np.ndarray, float]:
    """Chooses the weights and the bias that turn a perceptron into a logic gate of two inputs."""
    weights, bias = GATES[name]
    return np.array(weights), bias
