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
    low, high = 0, budget
    while low < high:
        middle = (low + high + 1) // 2
        if count_parameters([inputs, *[middle] * hidden_layers, outputs]) <= budget:
            low = middle
        else:
            high = middle - 1
    return low
