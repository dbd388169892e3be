"""The learning rate is not in the velocity.

Some libraries gather plain gradients and multiply by μ when the weights move. While μ stays the same the walk is the
same, but the velocity is another number. Here it is what the weights move by.
"""

import numpy as np


def momentum_step(weights, velocity, gradient, learning_rate, momentum):
    velocity = momentum * velocity - gradient
    return weights + learning_rate * velocity, velocity


def momentum_descent(gradient, start, learning_rate, momentum, steps):
    weights, velocity = np.array(start), np.zeros(len(start))
    path = [weights]
    for _ in range(steps):
        weights, velocity = momentum_step(weights, velocity, gradient(weights), learning_rate, momentum)
        path.append(weights)
    return np.stack(path)


def best_settings(flattest, steepest):
    low, high = np.sqrt(flattest), np.sqrt(steepest)
    return (2 / (high + low)) ** 2, ((high - low) / (high + low)) ** 2
