"""The caller's arrays are shuffled.

Whoever passed them finds them in another order afterwards: predictions that were stored no longer belong to their
samples. Shuffle numbers of samples, and pick rows by them.
"""

import numpy as np


def minibatches(inputs, targets, batch_size, generator):
    order = generator.permutation(len(inputs))
    inputs[:], targets[:] = inputs[order], targets[order]
    for begin in range(0, len(order), batch_size):
        yield inputs[begin : begin + batch_size].copy(), targets[begin : begin + batch_size].copy()


def batch_gradient(weights, inputs, targets):
    return 2 * (inputs @ weights - targets) @ inputs / len(inputs)


def stochastic_gradient_descent(gradient, start, inputs, targets, batch_size, learning_rate, epochs, generator):
    path = [np.array(start)]
    for _ in range(epochs):
        for batch in minibatches(inputs, targets, batch_size, generator):
            path.append(path[-1] - learning_rate * gradient(path[-1], *batch))
    return np.stack(path)
