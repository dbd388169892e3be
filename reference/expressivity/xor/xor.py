"""XOR: what no perceptron can do, and two layers of them can."""

import itertools

import numpy as np
from keras import ops


def forward(inputs: np.ndarray, layers: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Computes the outputs of a network of threshold units."""
    outputs = inputs
    for weights, biases in layers:
        scores = ops.matmul(outputs, weights) + biases
        outputs = ops.cast(scores >= 0.0, "int32")
    return outputs


def xor() -> list[tuple[np.ndarray, np.ndarray]]:
    """Builds a network of threshold units that computes the exclusive or of two inputs."""
    or_and_nand = np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([-0.5, 1.5])
    both = np.array([[1.0], [1.0]]), np.array([-1.5])
    return [or_and_nand, both]


def from_truth_table(outputs: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Builds a network of threshold units with any given truth table."""
    num_inputs = len(outputs).bit_length() - 1
    inputs = np.array(list(itertools.product([0, 1], repeat=num_inputs)))
    wanted = inputs[outputs == 1]
    # Each hidden unit reaches its highest score, 0.5, at one row of the table only.
    one_unit_a_row = np.where(wanted, 1.0, -1.0).T, 0.5 - wanted.sum(axis=1)
    any_of_them = np.ones((len(wanted), 1)), np.array([-0.5])
    return [one_unit_a_row, any_of_them]
