"""The point ahead contains a gradient step of its own.

It asks for the gradient at w to find the point ahead, and for another one there: two gradients a step, twice the cost.
The point ahead is w + αv, which needs no gradient.
"""

import numpy as np


def nesterov_step(gradient, weights, velocity, learning_rate, momentum):
    ahead = weights + momentum * velocity - learning_rate * gradient(weights)
    velocity = momentum * velocity - learning_rate * gradient(ahead)
    return weights + velocity, velocity


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
