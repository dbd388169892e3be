"""Gradient descent: walk against the slope until the ground is flat."""

from collections.abc import Callable

import numpy as np


def gradient_descent(
    gradient: Callable[[np.ndarray], np.ndarray],
    start: np.ndarray,
    learning_rate: float,
    tolerance: float,
    max_steps: int,
) -> np.ndarray:
    """Descends a loss L from a starting point, and keeps every point on the way.

    A.-L. Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées", Comptes rendus 25, 1847.
    With the learning rate μ, for t = 0, 1, 2, ...:

        w_0     = start
        w_{t+1} = w_t - μ ∇L(w_t)

    The path ends at the first point (`start` included) where the Euclidean norm ||∇L(w_t)|| <= tolerance,
    or after `max_steps` steps, whichever comes first.

    Args:
        gradient: takes a float array of shape `(dims,)` and returns ∇L at that point, an array of the same shape.
            It is costly: call it at most once at each point of the path, and nowhere else. Where the walk ends because
            of `max_steps`, you may or may not call it at the last point.
        start: float array of shape `(dims,)`.
        learning_rate: μ, a positive number.
        tolerance: a number, 0 or more.
        max_steps: an integer, 0 or more.

    Returns:
        Float array of shape `(steps + 1, dims)`: row t is w_t, so the first row is `start` and the last is the point at
        which the descent stopped.
    """
    raise NotImplementedError("TODO: task 1")


def fit_linear_model(
    inputs: np.ndarray,
    targets: np.ndarray,
    learning_rate: float,
    tolerance: float,
    max_steps: int,
) -> np.ndarray:
    """Fits the weights of a linear model by full-batch gradient descent on the mean squared error.

    Section 2.1 of the notes. The model is x·w, without a bias. For the n rows x_i of `inputs`:

        L(w) = (1/n) Σ_i (x_i·w - y_i)²

    The descent starts at w = 0, and steps and stops as `gradient_descent` does, with the gradient of all n samples in
    each step.

    Args:
        inputs: float array of shape `(samples, features)`.
        targets: float array of shape `(samples,)`, the y_i.
        learning_rate: μ, a positive number.
        tolerance: the descent stops where ||∇L(w)|| <= tolerance; a number, 0 or more.
        max_steps: an integer, 0 or more.

    Returns:
        Float array of shape `(steps + 1, features)`, the path of the weights; its first row is 0.
    """
    raise NotImplementedError("TODO: task 3")
