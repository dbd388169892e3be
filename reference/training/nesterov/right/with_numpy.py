"""NumPy, and two sequences of points in place of a velocity, as Nesterov wrote it."""

import numpy as np


def nesterov_step(gradient, weights, velocity, learning_rate, momentum):
    ahead = weights + momentum * velocity
    after = ahead - learning_rate * gradient(ahead)
    return after, after - weights


def nesterov_descent(gradient, start, learning_rate, momentum, steps):
    path = np.empty((steps + 1, len(start)))
    path[0] = ahead = start
    for step in range(steps):
        path[step + 1] = ahead - learning_rate * gradient(ahead)
        ahead = (1 + momentum) * path[step + 1] - momentum * path[step]
    return path


def lookahead_step(ahead, velocity, gradient, learning_rate, momentum):
    moved = -learning_rate * gradient
    return ahead + momentum**2 * velocity + (1 + momentum) * moved, momentum * velocity + moved
