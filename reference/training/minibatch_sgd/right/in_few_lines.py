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
        for batch in minibatches(inputs, targets, batch_size, generator):
            path.append(path[-1] - learning_rate * gradient(path[-1], *batch))
    return np.stack(path)
