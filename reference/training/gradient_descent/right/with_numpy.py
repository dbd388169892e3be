"""NumPy only: the whole path is laid out first, and cut where the descent stops."""

import numpy as np


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    path = np.empty((max_steps + 1, len(start)))
    path[0] = start
    for step in range(max_steps):
        slope = gradient(path[step])
        if np.sqrt(slope @ slope) <= tolerance:
            return path[: step + 1]
        path[step + 1] = path[step] - learning_rate * slope
    return path


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    moments, products = inputs.T @ inputs / len(inputs), inputs.T @ targets / len(inputs)
    return gradient_descent(
        lambda weights: 2 * (moments @ weights - products),
        np.zeros(inputs.shape[1]),
        learning_rate,
        tolerance,
        max_steps,
    )
