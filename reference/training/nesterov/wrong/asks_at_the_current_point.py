"""The gradient is taken at the current point.

That is plain momentum: it finds out about a slope when it stands on it. The part αv of the step is known beforehand,
so ask for the gradient there, at w + αv.
"""

import numpy as np


def nesterov_step(gradient, weights, velocity, learning_rate, momentum):
    velocity = momentum * velocity - learning_rate * gradient(weights)
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
