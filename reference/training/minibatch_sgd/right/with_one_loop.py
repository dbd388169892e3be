"""NumPy: the path is laid out first, and a running count of steps says when an epoch is over and a new one is dealt."""

import numpy as np


def minibatches(inputs, targets, batch_size, generator):
    left = np.arange(len(inputs))
    while left.size:
        batch = generator.choice(left, size=min(batch_size, left.size), replace=False)
        left = np.setdiff1d(left, batch)
        yield np.take(inputs, batch, axis=0), np.take(targets, batch)


def batch_gradient(weights, inputs, targets):
    return np.mean(2 * (inputs.dot(weights) - targets)[:, None] * inputs, axis=0)


def stochastic_gradient_descent(gradient, start, inputs, targets, batch_size, learning_rate, epochs, generator):
    batches = int(np.ceil(len(inputs) / batch_size))
    path = np.full((epochs * batches + 1, len(start)), start, dtype=float)
    for step in range(epochs * batches):
        if step % batches == 0:
            epoch = minibatches(inputs, targets, batch_size, generator)
        path[step + 1] = path[step] - learning_rate * gradient(path[step], *next(epoch))
    return path
