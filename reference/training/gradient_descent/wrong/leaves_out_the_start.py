"""The path does not contain the start.

It begins after the first step, so it has one row too few. A path of n steps has n + 1 points, and the first is
`start`.
"""

import numpy as np


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    point, path = np.array(start), []
    for _ in range(max_steps):
        slope = np.asarray(gradient(point))
        if np.linalg.norm(slope) <= tolerance:
            break
        point = point - learning_rate * slope
        path.append(point)
    return np.reshape(path, (-1, len(start)))


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    def gradient(weights):
        return 2 * (inputs @ weights - targets) @ inputs / len(inputs)

    return gradient_descent(gradient, np.zeros(inputs.shape[1]), learning_rate, tolerance, max_steps)
