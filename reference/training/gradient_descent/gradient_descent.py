"""Gradient descent: walk against the slope until the ground is flat."""

from collections.abc import Callable

import numpy as np
from keras import ops


def gradient_descent(
    gradient: Callable[[np.ndarray], np.ndarray],
    start: np.ndarray,
    learning_rate: float,
    tolerance: float,
    max_steps: int,
) -> np.ndarray:
    """Descends a loss L from a starting point, and keeps every point on the way."""
    path = [ops.convert_to_tensor(start)]
    for _ in range(max_steps):
        slope = gradient(path[-1])
        if ops.norm(slope) <= tolerance:
            break
        path.append(path[-1] - learning_rate * slope)
    return ops.stack(path)


def fit_linear_model(
    inputs: np.ndarray,
    targets: np.ndarray,
    learning_rate: float,
    tolerance: float,
    max_steps: int,
) -> np.ndarray:
    """Fits the weights of a linear model by full-batch gradient descent on the mean squared error."""
    samples, features = inputs.shape

    def gradient(weights):
        errors = ops.matmul(inputs, weights) - targets
        return 2.0 / samples * ops.matmul(errors, inputs)

    return gradient_descent(gradient, np.zeros(features), learning_rate, tolerance, max_steps)
