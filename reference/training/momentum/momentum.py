"""Momentum: a descent that remembers where it was going."""

from collections.abc import Callable
from math import sqrt

import numpy as np
from keras import ops


def momentum_step(
    weights: np.ndarray,
    velocity: np.ndarray,
    gradient: np.ndarray,
    learning_rate: float,
    momentum: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Takes one step of gradient descent with momentum."""
    velocity = momentum * velocity - learning_rate * gradient
    return weights + velocity, velocity


def momentum_descent(
    gradient: Callable[[np.ndarray], np.ndarray],
    start: np.ndarray,
    learning_rate: float,
    momentum: float,
    steps: int,
) -> np.ndarray:
    """Descends a loss with momentum, and keeps every point on the way."""
    path, velocity = [ops.convert_to_tensor(start)], ops.zeros_like(start)
    for _ in range(steps):
        weights, velocity = momentum_step(path[-1], velocity, gradient(path[-1]), learning_rate, momentum)
        path.append(weights)
    return ops.stack(path)


def best_settings(flattest: float, steepest: float) -> tuple[float, float]:
    """Chooses the learning rate and the momentum with which a descent crosses a narrow valley fastest."""
    # Both ends of the range have a double root then: |1 - sqrt(μ λ)| = sqrt(α).
    low, high = sqrt(flattest), sqrt(steepest)
    return (2 / (high + low)) ** 2, ((high - low) / (high + low)) ** 2
