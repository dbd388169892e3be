"""The count overflows.

Integers of 32 bits, which tensors have by default, end at 2 147 483 647; then they start again from below. Large
networks have more parameters than that: count with Python's integers or with 64 bits.
"""

from itertools import pairwise

from keras import ops


def count_parameters(units, use_bias=True):
    inputs, outputs = ops.array(units[:-1]), ops.array(units[1:])
    return ops.sum(inputs * outputs) + int(use_bias) * ops.sum(outputs)


def count_flops(units, batch_size=1, use_bias=True):
    inputs, outputs = ops.array(units[:-1]), ops.array(units[1:])
    return ops.array(batch_size) * ops.sum((2 * inputs - 1 + int(use_bias)) * outputs)


def widest(inputs, outputs, hidden_layers, budget):
    low, high = 0, budget
    while low < high:
        middle = (low + high + 1) // 2
        layers = pairwise([inputs, *[middle] * hidden_layers, outputs])
        if sum((below + 1) * above for below, above in layers) <= budget:
            low = middle
        else:
            high = middle - 1
    return low
