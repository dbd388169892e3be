"""The gradients of an epoch are averaged into a single step.

That is full-batch descent, computed in pieces, and gives its path. Mini-batch SGD takes a step after every batch: its
gradients agree with the full one in expectation, its path need not.
"""

import numpy as np


def minibatches(inputs, targets, batch_size, generator):
    order = generator.permutation(len(inputs))
    for begin in range(0, len(order), batch_size):
        batch = order[begin : begin + batch_size]
        yield inputs[batch], targets[batch]


def batch_gradient(weights, inputs, targets):
    return 2 * (inputs @ weights - targets) @ inputs / len(inputs)


def stochastic_gradient_descent(gradient, start, inputs, targets, batch_size, learning_rate, epochs, generator):
    path = [np.array(start)]
    for _ in range(epochs):
        slopes = [gradient(path[-1], *batch) for batch in minibatches(inputs, targets, batch_size, generator)]
        path.append(path[-1] - learning_rate * np.mean(slopes, axis=0))
    return np.stack(path)
