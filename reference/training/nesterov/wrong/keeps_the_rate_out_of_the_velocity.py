"""The learning rate is not in the velocity.

Some libraries gather plain gradients and multiply by μ when the weights move. While μ stays the same the walk is the
same, but the velocity is another number. Here it is what the weights move by.
"""

import numpy as np


def nesterov_step(gradient, weights, velocity, learning_rate, momentum):
    ahead = weights + learning_rate * momentum * velocity
    velocity = momentum * velocity - gradient(ahead)
    return weights + learning_rate * velocity, velocity


def nesterov_descent(gradient, start, learning_rate, momentum, steps):
    weights, velocity = np.array(start), np.zeros(len(start))
    path = [weights]
    for _ in range(steps):
        weights, velocity = nesterov_step(gradient, weights, velocity, learning_rate, momentum)
        path.append(weights)
    return np.stack(path)


def lookahead_step(ahead, velocity, gradient, learning_rate, momentum):
    velocity = momentum * velocity - gradient
    return ahead + learning_rate * (momentum * velocity - gradient), velocity
