"""XOR is asked of a single perceptron.

A perceptron has one line, with all of its 1s on one side. The corners 01 and 10 lie across from each other, so a line
that has both on one side has 00 or 11 there as well. Put a hidden layer before the output unit.
"""

import itertools

import numpy as np


def forward(inputs, layers):
    outputs = inputs
    for weights, biases in layers:
        outputs = (outputs @ weights + biases >= 0).astype(int)
    return outputs


def xor():
    return [(np.array([[1.0], [1.0]]), np.array([-0.5]))]


def from_truth_table(outputs):
    num_inputs = len(outputs).bit_length() - 1
    inputs = np.array(list(itertools.product([0, 1], repeat=num_inputs)))
    rows = inputs[np.asarray(outputs) == 1]
    hidden = (2.0 * rows - 1).T, 0.5 - rows.sum(axis=1)
    output = np.ones((len(rows), 1)), np.array([-0.5])
    return [hidden, output]
