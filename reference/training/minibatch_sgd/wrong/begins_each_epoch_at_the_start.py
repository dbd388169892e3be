"""Each epoch begins at the start again.

What the last epoch has learned is thrown away. The weights go on from epoch to epoch; only the order of the samples is
new.
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
        weights = np.array(start)
        for batch in minibatches(inputs, targets, batch_size, generator):
            weights = weights - learning_rate * gradient(weights, *batch)
            path.append(weights)
    return np.stack(path)
