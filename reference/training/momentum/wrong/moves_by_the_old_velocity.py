"""The weights move by the old velocity.

The velocity is updated after it was used, so every gradient takes effect one step late, and the first step goes
nowhere. Update the velocity first; then move by the new one.
"""

import numpy as np


def momentum_step(weights, velocity, gradient, learning_rate, momentum):
    return weights + velocity, momentum * velocity - learning_rate * gradient


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
