"""The weights have a row for each unit, and here each unit is a column.

A batch has one row for each point, so it is multiplied from the right by weights of shape (inputs, units). With the
shape (units, inputs) the layers do not fit together, or, where they are square, compute something else.
"""

import itertools

import numpy as np


def forward(inputs, layers):
    outputs = inputs
    for weights, biases in layers:
        outputs = (outputs @ np.transpose(weights) + biases >= 0).astype(int)
    return outputs


def xor():
    hidden = np.array([[1.0, 1.0], [-1.0, -1.0]]), np.array([-0.5, 1.5])
    output = np.array([[1.0, 1.0]]), np.array([-1.5])
    return [hidden, output]


def from_truth_table(outputs):
    num_inputs = len(outputs).bit_length() - 1
    inputs = np.array(list(itertools.product([0, 1], repeat=num_inputs)))
    rows = inputs[np.asarray(outputs) == 1]
    hidden = 2.0 * rows - 1, 0.5 - rows.sum(axis=1)
    output = np.ones((1, len(rows))), np.array([-0.5])
    return [hidden, output]
