"""The gradient is computed twice at each point.

It is asked once for the comparison with the tolerance and once more for the step. In training the gradient is nearly
all of the cost: keep it in a variable.
"""

import numpy as np


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    path = [np.array(start)]
    for _ in range(max_steps):
        if np.linalg.norm(gradient(path[-1])) <= tolerance:
            break
        path.append(path[-1] - learning_rate * np.asarray(gradient(path[-1])))
    return np.stack(path)


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    def gradient(weights):
        return 2 * (inputs @ weights - targets) @ inputs / len(inputs)

    return gradient_descent(gradient, np.zeros(inputs.shape[1]), learning_rate, tolerance, max_steps)
