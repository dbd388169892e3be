"""Plain NumPy: a for loop that appends to a list, and the gradient as a product of matrices."""

import numpy as np


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    point = np.array(start, dtype=float)
    path = [point]
    for _ in range(max_steps):
        slope = np.asarray(gradient(point))
        if np.linalg.norm(slope) <= tolerance:
            break
        point = point - learning_rate * slope
        path.append(point)
    return np.array(path)


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    samples, features = inputs.shape

    def gradient(weights):
        errors = inputs @ weights - targets
        return 2.0 * inputs.T @ errors / samples

    return gradient_descent(gradient, np.zeros(features), learning_rate, tolerance, max_steps)
