"""Mini-batch SGD: many rough steps for the price of one exact step."""

from collections.abc import Callable
from collections.abc import Iterator

import numpy as np


def minibatches(
    inputs: np.ndarray, targets: np.ndarray, batch_size: int, generator: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Deals the samples of one epoch into batches, in a random order.

    Section 2.1 of the notes. A batch size of 1 is online learning, one of all samples is the full batch, and everything
    between is a mini-batch. Every sample is in exactly one batch of the epoch. Every batch but the last has `batch_size`
    samples; the last has what is left over, from 1 to `batch_size`.

    Args:
        inputs: float array of shape `(samples, ...)`, with at least one sample.
        targets: float array of shape `(samples,)`; target i belongs to input i.
        batch_size: an integer, 1 or more. Where it is larger than the number of samples, all are in one batch.
        generator: the only source of random numbers; every way to deal the samples out is equally likely. It moves on
            with each call, so that the next epoch has a different order; a generator made from the same seed gives the
            same batches.

    Returns:
        An iterator or a list that ends after one epoch. Its items are pairs, `(inputs, targets)` of a batch: arrays of
        shape `(size, ...)` and `(size,)`. The two arrays that were passed stay as they are.
    """
    raise NotImplementedError("TODO: task 1")


def batch_gradient(weights: np.ndarray, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Differentiates the mean squared error of a linear model on a batch.

    The model is x·w, without a bias. For the b samples x_i of the batch, with targets y_i:

        L(w) = (1/b) Σ_i (x_i·w - y_i)²

    Args:
        weights: float array of shape `(features,)`, the w at which to differentiate.
        inputs: float array of shape `(b, features)`.
        targets: float array of shape `(b,)`.

    Returns:
        Float array of shape `(features,)`: ∇L(w).
    """
    raise NotImplementedError("TODO: task 2")


def stochastic_gradient_descent(
    gradient: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
    start: np.ndarray,
    inputs: np.ndarray,
    targets: np.ndarray,
    batch_size: int,
    learning_rate: float,
    epochs: int,
    generator: np.random.Generator,
) -> np.ndarray:
    """Descends a loss with a step after each batch, and keeps every point on the way.

    H. Robbins and S. Monro, "A Stochastic Approximation Method", Annals of Mathematical Statistics 22, 1951; L. Bottou,
    F. E. Curtis and J. Nocedal, "Optimization Methods for Large-Scale Machine Learning", SIAM Review 60, 2018. With the
    learning rate μ and the loss L_t of the t-th batch, counted through all epochs:

        w_0     = start
        w_{t+1} = w_t - μ ∇L_t(w_t)

    Each epoch deals all samples anew, as `minibatches` does.

    Args:
        gradient: takes weights of shape `(dims,)` and the inputs and targets of a batch, and returns the gradient of the
            batch's mean loss at these weights, an array of shape `(dims,)`. It is costly: call it once for each batch.
        start: float array of shape `(dims,)`.
        inputs: float array of shape `(samples, ...)`, with at least one sample.
        targets: float array of shape `(samples,)`.
        batch_size: an integer, 1 or more.
        learning_rate: μ, a positive number, the same for every step.
        epochs: an integer, 0 or more.
        generator: the only source of random numbers.

    Returns:
        Float array of shape `(steps + 1, dims)`: row t is w_t, so the first row is `start`. There are as many steps as
        there are batches in all epochs.
    """
    raise NotImplementedError("TODO: task 3")
