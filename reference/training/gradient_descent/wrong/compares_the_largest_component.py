"""Each component of the gradient is compared with the tolerance.

Components that are small one by one can still add up to a steep slope. The Euclidean norm takes all of them together.
"""

import numpy as np


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    path = [np.array(start)]
    for _ in range(max_steps):
        slope = np.asarray(gradient(path[-1]))
        if np.max(np.abs(slope)) <= tolerance:
            break
        path.append(path[-1] - learning_rate * slope)
    return np.stack(path)


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    def gradient(weights):
        return 2 * (inputs @ weights - targets) @ inputs / len(inputs)

    return gradient_descent(gradient, np.zeros(inputs.shape[1]), learning_rate, tolerance, max_steps)
