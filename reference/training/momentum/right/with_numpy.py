"""NumPy, and no velocity: the last step is the difference of the last two points."""

import numpy as np


def momentum_step(weights, velocity, gradient, learning_rate, momentum):
    after = weights + momentum * velocity - learning_rate * gradient
    return after, after - weights


def momentum_descent(gradient, start, learning_rate, momentum, steps):
    path = np.empty((steps + 2, len(start)))
    path[0] = path[1] = start
    for now in range(1, steps + 1):
        last_step = path[now] - path[now - 1]
        path[now + 1] = path[now] + momentum * last_step - learning_rate * gradient(path[now])
    return path[1:]


def best_settings(flattest, steepest):
    narrowness = np.sqrt(steepest / flattest)
    momentum = (1 - 2 / (narrowness + 1)) ** 2
    return (1 + np.sqrt(momentum)) ** 2 / steepest, momentum
