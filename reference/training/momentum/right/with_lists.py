"""Plain Python, one number at a time; the best settings are searched for."""

import cmath

import numpy as np


def momentum_step(weights, velocity, gradient, learning_rate, momentum):
    if np.ndim(weights) == 0:
        velocity = momentum * velocity - learning_rate * gradient
        return weights + velocity, velocity
    pairs = [
        momentum_step(w, v, g, learning_rate, momentum) for w, v, g in zip(weights, velocity, gradient, strict=True)
    ]
    return [w for w, _ in pairs], [v for _, v in pairs]


def momentum_descent(gradient, start, learning_rate, momentum, steps):
    path = [start.tolist()]
    velocity = [0.0] * len(start)
    while len(path) <= steps:
        weights, velocity = momentum_step(path[-1], velocity, gradient(np.array(path[-1])), learning_rate, momentum)
        path.append(weights)
    return path


def best_settings(flattest, steepest):
    def factor(learning_rate, momentum):
        # On an interval the slowest axis is at one of its ends.
        slowest = 0.0
        for curvature in (flattest, steepest):
            middle = (1 + momentum - learning_rate * curvature) / 2
            root = cmath.sqrt(middle**2 - momentum)
            slowest = max(slowest, abs(middle + root), abs(middle - root))
        return slowest

    best = (2.0, None)
    for step in range(400):
        momentum = 1 - 0.98**step
        for share in range(1, 41):
            learning_rate = share / 40 * 2 * (1 + momentum) / steepest
            best = min(best, (factor(learning_rate, momentum), (learning_rate, momentum)))
    return best[1]
