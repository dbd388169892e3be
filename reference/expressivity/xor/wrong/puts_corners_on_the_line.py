"""Corners lie exactly on a line, and are expected to give 0.

Two inputs that are both on have the sum 2, one input alone has 1: with a bias of -1, one is enough to reach a score of
0, and a score of 0 gives 1. Put each line between the corners, so that no score is 0.
"""

import itertools

import numpy as np


def forward(inputs, layers):
    outputs = inputs
    for weights, biases in layers:
        outputs = (outputs @ weights + biases >= 0).astype(int)
    return outputs


def xor():
    hidden = np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([0.0, 2.0])
    output = np.array([[1.0], [1.0]]), np.array([-1.0])
    return [hidden, output]


def from_truth_table(outputs):
    num_inputs = len(outputs).bit_length() - 1
    inputs = np.array(list(itertools.product([0, 1], repeat=num_inputs)))
    rows = inputs[np.asarray(outputs) == 1]
    hidden = (2.0 * rows - 1).T, 1.0 - rows.sum(axis=1)
    output = np.ones((len(rows), 1)), np.array([0.0])
    return [hidden, output]
