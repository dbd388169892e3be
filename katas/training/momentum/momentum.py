"""Momentum: a descent that remembers where it was going."""

from collections.abc import Callable

import numpy as np


def momentum_step(
    weights: np.ndarray,
    velocity: np.ndarray,
    gradient: np.ndarray,
    learning_rate: float,
    momentum: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Takes one step of gradient descent with momentum.

    B. T. Polyak, "Some Methods of Speeding up the Convergence of Iteration Methods", USSR Computational Mathematics and
    Mathematical Physics 4(5), 1964. With the learning rate μ and the momentum α:

        v_t     = α v_{t-1} - μ ∇L(w_t)
        w_{t+1} = w_t + v_t

    Args:
        weights: w_t, a float array of any shape.
        velocity: v_{t-1}, a float array of the same shape.
        gradient: ∇L(w_t), a float array of the same shape.
        learning_rate: μ, a positive number.
        momentum: α, a number from 0 to 1.

    Returns:
        `(weights, velocity)`: w_{t+1} and v_t, float arrays of the same shape.
    """
    raise NotImplementedError("TODO: task 1")


def momentum_descent(
    gradient: Callable[[np.ndarray], np.ndarray],
    start: np.ndarray,
    learning_rate: float,
    momentum: float,
    steps: int,
) -> np.ndarray:
    """Descends a loss with momentum, and keeps every point on the way.

    Section 2.1 of the notes. From w_0 = `start`, and with a velocity that is 0 before the first step, it takes `steps`
    steps as `momentum_step` does.

    Args:
        gradient: takes a float array of shape `(dims,)` and returns ∇L at that point, an array of the same shape. It is
            costly: call it at most once at each point of the path, in order, and nowhere else. At the last point you
            may or may not call it.
        start: float array of shape `(dims,)`.
        learning_rate: μ, a positive number.
        momentum: α, a number from 0 to 1.
        steps: an integer, 0 or more.

    Returns:
        Float array of shape `(steps + 1, dims)`: row t is w_t, so the first row is `start`.
    """
    raise NotImplementedError("TODO: task 2")


def best_settings(flattest: float, steepest: float) -> tuple[float, float]:
    """Chooses the learning rate and the momentum with which a descent crosses a narrow valley fastest.

    Polyak 1964. A valley is a quadratic loss, and along each of its axes it is ½ λ x², where x is the distance to the
    minimum and λ the curvature of the axis. There the two lines of `momentum_step` become one:

        x_{t+1} = (1 + α - μ λ) x_t - α x_{t-1}

    In the long run x shrinks by the factor r(λ) per step, where r(λ) is the larger modulus |z| of the two roots, real
    or complex, of

        z² - (1 + α - μ λ) z + α = 0

    The descent is as slow as its slowest axis: r is the largest r(λ) of all λ from `flattest` to `steepest`, and the
    number of steps is in proportion to 1 / log(1 / r).

    Args:
        flattest: the least curvature, a positive number.
        steepest: the largest curvature; between 1.5 and 10 000 times `flattest`.

    Returns:
        `(learning_rate, momentum)`: μ > 0 and 0 <= α < 1, with which r < 1, and with which the number of steps is at
        most 1.5 times what it is with the best μ and α that there are.
    """
    raise NotImplementedError("TODO: task 3")
