"""The settings have no momentum.

A learning rate of 2 / (λ_min + λ_max) is the best that plain descent can do, and it takes some κ / 2 steps for what
momentum does in √κ / 2, where κ is the ratio of the curvatures.
"""

import numpy as np


def momentum_step(weights, velocity, gradient, learning_rate, momentum):
    velocity = momentum * velocity - learning_rate * gradient
    return weights + velocity, velocity


def momentum_descent(gradient, start, learning_rate, momentum, steps):
    weights, velocity = np.array(start), np.zeros(len(start))
    path = [weights]
    for _ in range(steps):
        weights, velocity = momentum_step(weights, velocity, gradient(weights), learning_rate, momentum)
        path.append(weights)
    return np.stack(path)


def best_settings(flattest, steepest):
    return 2 / (flattest + steepest), 0.0
