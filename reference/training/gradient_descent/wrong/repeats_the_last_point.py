"""Every row of the path is the last point.

One array is changed in place and appended again and again; the list holds the same array many times, and shows what
it became in the end. Append a new array in each step.
"""

import numpy as np


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    point = np.array(start)
    path = [point]
    for _ in range(max_steps):
        slope = np.asarray(gradient(point))
        if np.linalg.norm(slope) <= tolerance:
            break
        point -= learning_rate * slope
        path.append(point)
    return np.stack(path)


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    def gradient(weights):
        return 2 * (inputs @ weights - targets) @ inputs / len(inputs)

    return gradient_descent(gradient, np.zeros(inputs.shape[1]), learning_rate, tolerance, max_steps)
