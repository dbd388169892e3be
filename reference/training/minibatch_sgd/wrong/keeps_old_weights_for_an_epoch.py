"""All gradients of an epoch are computed at the weights with which it began.

There is a step for each batch, but none of them knows of the steps before it, and together they are one long step of
the full batch. Compute each gradient at the weights of the moment.
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
        weights = path[-1]
        for batch in minibatches(inputs, targets, batch_size, generator):
            path.append(path[-1] - learning_rate * gradient(weights, *batch))
    return np.stack(path)
