"""The descent stops on the length of the step.

A step is the learning rate times the gradient, so a small learning rate stops on steep ground, and a large one goes
on where it is flat. Compare the norm of the gradient itself with the tolerance.
"""

import numpy as np


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    path = [np.array(start)]
    for _ in range(max_steps):
        slope = np.asarray(gradient(path[-1]))
        if np.linalg.norm(learning_rate * slope) <= tolerance:
            break
        path.append(path[-1] - learning_rate * slope)
    return np.stack(path)


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    def gradient(weights):
        return 2 * (inputs @ weights - targets) @ inputs / len(inputs)

    return gradient_descent(gradient, np.zeros(inputs.shape[1]), learning_rate, tolerance, max_steps)
