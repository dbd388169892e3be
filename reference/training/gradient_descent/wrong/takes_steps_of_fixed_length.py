"""Every step has the same length.

The gradient is divided by its norm, so steps do not shrink near the minimum, and the path jumps to and fro across it.
The step is the learning rate times the gradient, length and all.
"""

import numpy as np


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    path = [np.array(start)]
    for _ in range(max_steps):
        slope = np.asarray(gradient(path[-1]))
        if np.linalg.norm(slope) <= tolerance:
            break
        path.append(path[-1] - learning_rate * slope / np.linalg.norm(slope))
    return np.stack(path)


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    def gradient(weights):
        return 2 * (inputs @ weights - targets) @ inputs / len(inputs)

    return gradient_descent(gradient, np.zeros(inputs.shape[1]), learning_rate, tolerance, max_steps)
