"""Every epoch has the same order.

A generator is made from a fixed seed in each call, so it begins anew in each epoch. Draw from the generator that was
passed: it moves on, and with it the order.
"""

import numpy as np


def minibatches(inputs, targets, batch_size, generator):
    order = np.random.default_rng(0).permutation(len(inputs))
    for begin in range(0, len(order), batch_size):
        batch = order[begin : begin + batch_size]
        yield inputs[batch], targets[batch]


def batch_gradient(weights, inputs, targets):
    return 2 * (inputs @ weights - targets) @ inputs / len(inputs)


def stochastic_gradient_descent(gradient, start, inputs, targets, batch_size, learning_rate, epochs, generator):
    path = [np.array(start)]
    for _ in range(epochs):
        for batch in minibatches(inputs, targets, batch_size, generator):
            path.append(path[-1] - learning_rate * gradient(path[-1], *batch))
    return np.stack(path)
