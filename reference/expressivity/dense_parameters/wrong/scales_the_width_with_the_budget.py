"""The width is taken to be proportional to the budget.

The cost of one unit a layer is divided into the budget. But the matrices between hidden layers grow with the square of
the width: with twice the budget the network is less than twice as wide.
"""

from itertools import pairwise


def count_parameters(units, use_bias=True):
    total = 0
    for inputs, outputs in pairwise(units):
        total += inputs * outputs
        if use_bias:
            total += outputs
    return total


def count_flops(units, batch_size=1, use_bias=True):
    per_sample = 0
    for inputs, outputs in pairwise(units):
        per_sample += outputs * (2 * inputs - 1)
        if use_bias:
            per_sample += outputs
    return batch_size * per_sample


def widest(inputs, outputs, hidden_layers, budget):
    narrowest = count_parameters([inputs, *[1] * hidden_layers, outputs])
    return max(0, (budget - outputs) // (narrowest - outputs))
