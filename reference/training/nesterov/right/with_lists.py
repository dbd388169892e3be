"""Plain Python, one number at a time; the library's step goes back to the weights and forth again."""

import numpy as np


def blend(first, second, share):
    """first + share * second, for nested lists."""
    if np.ndim(first) == 0:
        return first + share * second
    return [blend(one, other, share) for one, other in zip(first, second, strict=True)]


def times(factor, values):
    return [times(factor, value) for value in values] if np.ndim(values) else factor * values


def nesterov_step(gradient, weights, velocity, learning_rate, momentum):
    slope = gradient(np.array(blend(weights, velocity, momentum)))
    velocity = blend(times(momentum, velocity), slope, -learning_rate)
    return blend(weights, velocity, 1.0), velocity


def nesterov_descent(gradient, start, learning_rate, momentum, steps):
    path, velocity = [start.tolist()], [0.0] * len(start)
    while len(path) <= steps:
        weights, velocity = nesterov_step(gradient, path[-1], velocity, learning_rate, momentum)
        path.append(weights)
    return path


def lookahead_step(ahead, velocity, gradient, learning_rate, momentum):
    weights = blend(ahead, velocity, -momentum)
    weights, velocity = nesterov_step(lambda point: gradient, weights, velocity, learning_rate, momentum)
    return blend(weights, velocity, momentum), velocity
