"""The biases are not counted.

A dense layer has a matrix of weights and, besides, one bias for each of its units. Training has to find these too, so
they are parameters.
"""

from itertools import pairwise


def count_parameters(units, use_bias=True):
    total = 0
    for inputs, outputs in pairwise(units):
        total += inputs * outputs
    return total


def count_flops(units, batch_size=1, use_bias=True):
    per_sample = 0
    for inputs, outputs in pairwise(units):
        per_sample += outputs * (2 * inputs - 1)
        if use_bias:
            per_sample += outputs
    return batch_size * per_sample


def widest(inputs, outputs, hidden_layers, budget):
    low, high = 0, budget
    while low < high:
        middle = (low + high + 1) // 2
        if count_parameters([inputs, *[middle] * hidden_layers, outputs]) <= budget:
            low = middle
        else:
            high = middle - 1
    return low
