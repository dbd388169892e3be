"""Nesterov momentum: look where the momentum leads before you correct it."""

from collections.abc import Callable

import numpy as np


def nesterov_step(
    gradient: Callable[[np.ndarray], np.ndarray],
    weights: np.ndarray,
    velocity: np.ndarray,
    learning_rate: float,
    momentum: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Takes one step with Nesterov momentum.

    Y. Nesterov, "A Method of Solving a Convex Programming Problem with Convergence Rate O(1/k²)", Soviet Mathematics
    Doklady 27, 1983; with a velocity: I. Sutskever, J. Martens, G. Dahl and G. Hinton, "On the Importance of
    Initialization and Momentum in Deep Learning", ICML 2013. With the learning rate μ and the momentum α:

        v_t     = α v_{t-1} - μ ∇L(w_t + α v_{t-1})
        w_{t+1} = w_t + v_t

    Args:
        gradient: takes a float array of the shape of `weights` and returns ∇L at that point, an array of the same
            shape. It is costly: call it once.
        weights: w_t, a float array of any shape.
        velocity: v_{t-1}, a float array of the same shape.
        learning_rate: μ, a positive number.
        momentum: α, a number from 0 to 1.

    Returns:
        `(weights, velocity)`: w_{t+1} and v_t, float arrays of the same shape.
    """
    raise NotImplementedError("TODO: task 1")


def nesterov_descent(
    gradient: Callable[[np.ndarray], np.ndarray],
    start: np.ndarray,
    learning_rate: float,
    momentum: float,
    steps: int,
) -> np.ndarray:
    """Descends a loss with Nesterov momentum, and keeps every point on the way.

    Section 2.1 of the notes. From w_0 = `start`, and with a velocity that is 0 before the first step, it takes `steps`
    steps as `nesterov_step` does.

    Args:
        gradient: takes a float array of shape `(dims,)` and returns ∇L at that point, an array of the same shape. It is
            costly: call it once for each step.
        start: float array of shape `(dims,)`.
        learning_rate: μ, a positive number.
        momentum: α, a number from 0 to 1.
        steps: an integer, 0 or more.

    Returns:
        Float array of shape `(steps + 1, dims)`: row t is w_t (not the point ahead), so the first row is `start`.
    """
    raise NotImplementedError("TODO: task 2")


def lookahead_step(
    ahead: np.ndarray,
    velocity: np.ndarray,
    gradient: np.ndarray,
    learning_rate: float,
    momentum: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Takes one step with Nesterov momentum where only the points ahead are stored.

    Y. Bengio, N. Boulanger-Lewandowski and R. Pascanu, "Advances in Optimizing Recurrent Networks", ICASSP 2013. A
    library's optimizer is given the gradient at the variables that it holds, and cannot ask for another one. So these
    variables are the points ahead, and the weights of `nesterov_step` are stored nowhere:

        y_t = w_t + α v_{t-1}

    From y_t, v_{t-1} and ∇L(y_t) the step computes v_t as `nesterov_step` does, and y_{t+1} = w_{t+1} + α v_t.

    Args:
        ahead: y_t, a float array of any shape.
        velocity: v_{t-1}, a float array of the same shape.
        gradient: ∇L(y_t), a float array of the same shape.
        learning_rate: μ, a positive number.
        momentum: α, a number from 0 to 1, the same in all steps.

    Returns:
        `(ahead, velocity)`: y_{t+1} and v_t, float arrays of the same shape.
    """
    raise NotImplementedError("TODO: task 3")
