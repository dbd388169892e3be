"""The new velocity does not contain the old one.

The weights arrive at the right place, by αv and then by the gradient step, but only the second is remembered. The
velocity is the whole way from w_t to w_{t+1}.
"""

import numpy as np


def nesterov_step(gradient, weights, velocity, learning_rate, momentum):
    ahead = weights + momentum * velocity
    velocity = -learning_rate * gradient(ahead)
    return ahead + velocity, velocity


def nesterov_descent(gradient, start, learning_rate, momentum, steps):
    weights, velocity = np.array(start), np.zeros(len(start))
    path = [weights]
    for _ in range(steps):
        weights, velocity = nesterov_step(gradient, weights, velocity, learning_rate, momentum)
        path.append(weights)
    return np.stack(path)


def lookahead_step(ahead, velocity, gradient, learning_rate, momentum):
    velocity = momentum * velocity - learning_rate * gradient
    return ahead - learning_rate * gradient + momentum * velocity, velocity
