"""Perceptron: a hyperplane that answers yes or no."""

import numpy as np


def perceptron(inputs: np.ndarray, weights: np.ndarray, bias: float) -> np.ndarray:
    """Classifies each input by the side of a hyperplane on which it lies.

    F. Rosenblatt, "The Perceptron: A Probabilistic Model for Information Storage and Organization in the Brain",
    Psychological Review 65(6), 1958. For each row x of `inputs`:

        output = 1 if w·x + b >= 0 else 0

    Args:
        inputs: float array of shape `(batch, features)`.
        weights: float array of shape `(features,)`.
        bias: a number.

    Returns:
        Integer array of shape `(batch,)` with entries 0 and 1 (any integer dtype; not bool, not float).
        A point exactly on the hyperplane counts as 1.
    """
    raise NotImplementedError("TODO: task 1")


def gate(name: str) -> tuple[np.ndarray, float]:
    """Chooses the weights and the bias that turn a perceptron into a logic gate of two inputs.

    Args:
        name: "AND", "OR" or "NAND".

    Returns:
        `(weights, bias)`: a float array of shape `(2,)` and a number, such that
        `perceptron(inputs, weights, bias)` is the truth table of the gate for inputs in {0, 1}.
    """
    raise NotImplementedError("TODO: task 2")
