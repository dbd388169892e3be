"""Whole batches are shuffled instead of samples.

The data are cut first, and the pieces come in random order. The same samples then always share a batch. Shuffle first,
and cut afterwards.
"""

import numpy as np


def minibatches(inputs, targets, batch_size, generator):
    begins = np.arange(0, len(inputs), batch_size)
    full = begins[begins + batch_size <= len(inputs)]
    for begin in [*generator.permutation(full), *begins[len(full) :]]:
        batch = slice(begin, begin + batch_size)
        yield inputs[batch], targets[batch]


def batch_gradient(weights, inputs, targets):
    return 2 * (inputs @ weights - targets) @ inputs / len(inputs)


def stochastic_gradient_descent(gradient, start, inputs, targets, batch_size, learning_rate, epochs, generator):
    path = [np.array(start)]
    for _ in range(epochs):
        for batch in minibatches(inputs, targets, batch_size, generator):
            path.append(path[-1] - learning_rate * gradient(path[-1], *batch))
    return np.stack(path)
