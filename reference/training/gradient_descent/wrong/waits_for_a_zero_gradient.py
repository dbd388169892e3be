"""The descent goes on until the gradient is exactly 0.

The tolerance is not used. Near a minimum the gradient shrinks for ever and hardly ever becomes 0: stop as soon as its
norm is within the tolerance.
"""

import numpy as np


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    path = [np.array(start)]
    for _ in range(max_steps):
        slope = np.asarray(gradient(path[-1]))
        if not slope.any():
            break
        path.append(path[-1] - learning_rate * slope)
    return np.stack(path)


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    def gradient(weights):
        return 2 * (inputs @ weights - targets) @ inputs / len(inputs)

    return gradient_descent(gradient, np.zeros(inputs.shape[1]), learning_rate, tolerance, max_steps)
