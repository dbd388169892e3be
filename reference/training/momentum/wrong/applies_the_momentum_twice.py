"""The weights move by α times the new velocity minus μ times the gradient.

That is Nesterov's step as libraries write it, which adds the momentum and the gradient once more. With plain momentum
the weights move by the new velocity, and by nothing else.
"""

import numpy as np


def momentum_step(weights, velocity, gradient, learning_rate, momentum):
    velocity = momentum * velocity - learning_rate * gradient
    return weights + momentum * velocity - learning_rate * gradient, velocity


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
