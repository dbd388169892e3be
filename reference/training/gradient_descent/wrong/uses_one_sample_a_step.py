"""Each step uses one sample instead of all of them.

That is online learning: its gradient belongs to the error of one sample, and rarely vanishes. Full-batch descent
averages the gradient over all samples in each step.
"""

import numpy as np


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    path = [np.array(start)]
    for _ in range(max_steps):
        slope = np.asarray(gradient(path[-1]))
        if np.linalg.norm(slope) <= tolerance:
            break
        path.append(path[-1] - learning_rate * slope)
    return np.stack(path)


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    path = [np.zeros(inputs.shape[1])]
    for step in range(max_steps):
        sample, target = inputs[step % len(inputs)], targets[step % len(inputs)]
        slope = 2 * (sample @ path[-1] - target) * sample
        if np.linalg.norm(slope) <= tolerance:
            break
        path.append(path[-1] - learning_rate * slope)
    return np.stack(path)
