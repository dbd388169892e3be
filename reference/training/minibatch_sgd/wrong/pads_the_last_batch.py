"""The last batch is filled up with samples that were used before.

Those samples count twice in the epoch. A batch may be small: its gradient is a mean, whatever the number of samples.
"""

import numpy as np


def minibatches(inputs, targets, batch_size, generator):
    order = generator.permutation(len(inputs))
    for begin in range(0, len(order), batch_size):
        batch = np.take(order, range(begin, begin + batch_size), mode="wrap")
        yield inputs[batch], targets[batch]


def batch_gradient(weights, inputs, targets):
    return 2 * (inputs @ weights - targets) @ inputs / len(inputs)


def stochastic_gradient_descent(gradient, start, inputs, targets, batch_size, learning_rate, epochs, generator):
    path = [np.array(start)]
    for _ in range(epochs):
        for batch in minibatches(inputs, targets, batch_size, generator):
            path.append(path[-1] - learning_rate * gradient(path[-1], *batch))
    return np.stack(path)
