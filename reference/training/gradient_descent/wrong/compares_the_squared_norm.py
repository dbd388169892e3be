"""The squared norm is compared with the tolerance.

The sum of the squared components has no root taken, so tolerances below 1 stop too early and those above 1 too late.
The Euclidean norm is the square root of that sum.
"""

import numpy as np


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    path = [np.array(start)]
    for _ in range(max_steps):
        slope = np.asarray(gradient(path[-1]))
        if np.sum(slope**2) <= tolerance:
            break
        path.append(path[-1] - learning_rate * slope)
    return np.stack(path)


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    def gradient(weights):
        return 2 * (inputs @ weights - targets) @ inputs / len(inputs)

    return gradient_descent(gradient, np.zeros(inputs.shape[1]), learning_rate, tolerance, max_steps)
