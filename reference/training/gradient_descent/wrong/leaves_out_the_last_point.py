"""The point after the last step is missing.

Each point is kept before its step and none after the last one, so a descent that uses up `max_steps` returns one row
too few. A path of n steps has n + 1 points.
"""

import numpy as np


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    point, path = np.array(start), []
    for _ in range(max_steps):
        path.append(point)
        slope = np.asarray(gradient(point))
        if np.linalg.norm(slope) <= tolerance:
            break
        point = point - learning_rate * slope
    return np.reshape(path, (-1, len(start)))


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    def gradient(weights):
        return 2 * (inputs @ weights - targets) @ inputs / len(inputs)

    return gradient_descent(gradient, np.zeros(inputs.shape[1]), learning_rate, tolerance, max_steps)
