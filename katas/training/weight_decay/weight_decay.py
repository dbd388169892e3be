"""Weight decay: large weights have to be worth their price."""

from collections.abc import Callable

import numpy as np


def penalty(parameters: dict[str, np.ndarray], l1: float, l2: float) -> float:
    """Computes what the weights of a network add to its loss.

    A. Krogh and J. Hertz, "A Simple Weight Decay Can Improve Generalization", NIPS 1991 (L2); R. Tibshirani, "Regression
    Shrinkage and Selection via the Lasso", Journal of the Royal Statistical Society B 58, 1996 (L1). Over every entry w
    of every parameter that is not a bias:

        R = l1 Σ |w| + l2 Σ w²

    There is no factor 1/2 in front of the squares, no root over their sum, and no mean. A parameter is a bias if its name
    ends in "bias"; biases move the outputs but do not make them steeper, so they cost nothing. Ready-made penalties,
    `keras.regularizers.L1`, `L2`, `L1L2` and their functions, are off limits.

    Args:
        parameters: float arrays of any shapes by their names, such as `"hidden_kernel"` and `"hidden_bias"`.
        l1: a number, 0 or more.
        l2: a number, 0 or more.

    Returns:
        R, a number; 0 where there are no parameters but biases.
    """
    raise NotImplementedError("TODO: task 1")


def penalty_gradient(parameters: dict[str, np.ndarray], l1: float, l2: float) -> dict[str, np.ndarray]:
    """Differentiates the penalty with respect to each parameter.

    |w| has no derivative at w = 0; take 0 there, the middle between the slopes on either side.

    Args:
        parameters: float arrays of any shapes by their names.
        l1: a number, 0 or more.
        l2: a number, 0 or more.

    Returns:
        For each name in `parameters` a float array of the same shape: the gradient of R; for a bias an array of zeros.
    """
    raise NotImplementedError("TODO: task 2")


def step_with_penalty(
    parameters: dict[str, np.ndarray],
    gradients: dict[str, np.ndarray],
    direction: Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]],
    learning_rate: float,
    l1: float,
    l2: float,
) -> dict[str, np.ndarray]:
    """Takes one step of an optimizer on the loss plus the penalty.

    An optimizer turns gradients into the direction of a step. Gradient descent returns them as they are; Adam divides by
    how large they usually are. With the learning rate μ, the gradient g of the loss and R of `penalty`:

        w <- w - μ direction(g + ∇R(w))

    Args:
        parameters: float arrays of any shapes by their names.
        gradients: the gradients of the loss, without the penalty, by the same names and of the same shapes.
        direction: takes gradients of all parameters, by their names, and returns as many arrays, by the same names and of
            the same shapes. It may remember what it was asked (Adam does): call it once.
        learning_rate: μ, a positive number.
        l1: a number, 0 or more.
        l2: a number, 0 or more.

    Returns:
        The new parameters, by their names: new arrays, or those of `parameters`, which may be changed in place.
    """
    raise NotImplementedError("TODO: task 3")


def step_with_decay(
    parameters: dict[str, np.ndarray],
    gradients: dict[str, np.ndarray],
    direction: Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]],
    learning_rate: float,
    decay: float,
) -> dict[str, np.ndarray]:
    """Takes one step of an optimizer on the loss, and lets the weights decay separately (decoupled weight decay).

    I. Loshchilov and F. Hutter, "Decoupled Weight Decay Regularization", ICLR 2019. With the learning rate μ and the
    gradient g of the loss:

        w <- w - μ (direction(g) + decay w)     for every parameter that is not a bias
        w <- w - μ direction(g)                 for a bias

    The w on the right-hand side is the one before the step. As in Keras and PyTorch, the learning rate multiplies both
    terms.

    Args:
        parameters: float arrays of any shapes by their names.
        gradients: the gradients of the loss, by the same names and of the same shapes.
        direction: as described in `step_with_penalty`: call it once.
        learning_rate: μ, a positive number.
        decay: a number, 0 or more.

    Returns:
        The new parameters, by their names: new arrays, or those of `parameters`, which may be changed in place.
    """
    raise NotImplementedError("TODO: task 3")
