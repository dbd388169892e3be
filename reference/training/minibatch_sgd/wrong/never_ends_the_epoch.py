"""The batches never end.

After the last sample a new epoch begins within the same call, so that a loop over the batches never ends.
Stop when every sample has been dealt; the next epoch is another call.
"""

import numpy as np


def minibatches(inputs, targets, batch_size, generator):
    while True:
        order = generator.permutation(len(inputs))
        for begin in range(0, len(order), batch_size):
            batch = order[begin : begin + batch_size]
            yield inputs[batch], targets[batch]


def batch_gradient(weights, inputs, targets):
    return 2 * (inputs @ weights - targets) @ inputs / len(inputs)


def stochastic_gradient_descent(gradient, start, inputs, targets, batch_size, learning_rate, epochs, generator):
    path = [np.array(start)]
    batches = minibatches(inputs, targets, batch_size, generator)
    for _ in range(epochs * -(-len(inputs) // batch_size)):
        path.append(path[-1] - learning_rate * gradient(path[-1], *next(batches)))
    return np.stack(path)
