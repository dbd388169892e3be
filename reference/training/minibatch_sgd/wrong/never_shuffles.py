"""The samples are never shuffled.

They come in the order of the data, where neighbours are often alike: all cats, then all dogs. A batch is then no fair
picture of the whole, and its gradient pulls to one side.
"""

import numpy as np


def minibatches(inputs, targets, batch_size, generator):
    order = np.arange(len(inputs))
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
