"""The number of parameters is returned as the number of FLOPs.

Each weight is used in a product, and the product is then added: two operations for one parameter. A bias is added and
not multiplied, one operation.
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
    return batch_size * count_parameters(units, use_bias)


def widest(inputs, outputs, hidden_layers, budget):
    low, high = 0, budget
    while low < high:
        middle = (low + high + 1) // 2
        if count_parameters([inputs, *[middle] * hidden_layers, outputs]) <= budget:
            low = middle
        else:
            high = middle - 1
    return low
