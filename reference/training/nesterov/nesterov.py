"""Nesterov momentum: look where the momentum leads before you correct it."""

from collections.abc import Callable

import numpy as np
from keras import ops


def nesterov_step(
    gradient: Callable[[np.ndarray], np.ndarray],
    weights: np.ndarray,
    velocity: np.ndarray,
    learning_rate: float,
    momentum: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Takes one step with Nesterov momentum."""
    ahead = weights + momentum * velocity
    velocity = momentum * velocity - learning_rate * gradient(ahead)
    return weights + velocity, velocity


def nesterov_descent(
    gradient: Callable[[np.ndarray], np.ndarray],
    start: np.ndarray,
    learning_rate: float,
    momentum: float,
    steps: int,
) -> np.ndarray:
    """Descends a loss with Nesterov momentum, and keeps every point on the way."""
    path, velocity = [ops.convert_to_tensor(start)], ops.zeros_like(start)
    for _ in range(steps):
        weights, velocity = nesterov_step(gradient, path[-1], velocity, learning_rate, momentum)
        path.append(weights)
    return ops.stack(path)


def lookahead_step(
    ahead: np.ndarray,
    velocity: np.ndarray,
    gradient: np.ndarray,
    learning_rate: float,
    momentum: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Takes one step with Nesterov momentum where only the points ahead are stored."""
    velocity = momentum * velocity - learning_rate * gradient
    return ahead - learning_rate * gradient + momentum * velocity, velocity
