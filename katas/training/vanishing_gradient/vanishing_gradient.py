"""Vanishing gradient: how much of the error reaches the first layer, and how to let more of it through."""

import keras
import numpy as np


def gradient_norms(model: keras.Model, inputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Measures how large the gradient of the loss is in every layer of a network.

    Section 2.2 of the notes; S. Hochreiter, "Untersuchungen zu dynamischen neuronalen Netzen", diploma thesis, Technische
    Universität München, 1991. With the kernel W_l of layer l = 1, ..., K, and the cross-entropy averaged over the n samples:

        L      = -(1/n) Σ_i log softmax(model(x_i))[label_i]
        norm_l = ‖∂L/∂W_l‖, the square root of the sum of all squared entries

    The biases take no part in the norm. When the function returns, the model is as it was: no weight moves.

    Args:
        model: a `keras.Sequential` of K >= 1 layers `keras.layers.Dense`, each with a kernel and a bias, and all but the last
            with the activation "sigmoid", "tanh" or "relu". It maps inputs to logits, one for each class: there is no softmax
            in it.
        inputs: float array of shape `(batch, features)`.
        labels: integer array of shape `(batch,)`, the right classes.

    Returns:
        Float array of shape `(K,)`: the norms from the first layer to the last.
    """
    raise NotImplementedError("TODO: task 1")


def train(model: keras.Model, inputs: np.ndarray, labels: np.ndarray, learning_rate: float, steps: int) -> np.ndarray:
    """Trains a network by full-batch gradient descent, and records the gradient norms on the way.

    Each step uses the whole batch and moves every weight, kernels and biases alike: w <- w - μ ∂L/∂w. No momentum, no
    other changes to the gradient.

    Args:
        model: as in `gradient_norms`; trained in place.
        inputs: float array of shape `(batch, features)`.
        labels: integer array of shape `(batch,)`.
        learning_rate: μ, a positive number.
        steps: an integer, 0 or more.

    Returns:
        Float array of shape `(steps, K)`: row t, counted from 0, holds the norms of the gradient with which step t is taken,
        so row 0 belongs to the weights that the model came with.
    """
    raise NotImplementedError("TODO: task 2")


def initialize(widths: list[int], seed: int) -> tuple[str, list[np.ndarray]]:
    """Chooses an activation and the initial kernels with which even a deep network learns.

    The hidden tests build the network: a stack of dense layers, the chosen activation after every layer but the last, and
    biases that start at 0. With 40 hidden layers of 64 units, and with 30 that are 120 and 40 units wide in turn, the norms of
    `gradient_norms` lie between 0.001 and 100 in every layer, for 200 digits with mean 0 and variance 1. With 8 hidden layers
    of 64 units the network learns to read digits in 12 epochs of stochastic gradient descent (learning rate 0.05, batches of
    about 32): at least 85% of other digits are read correctly. Each case is tried with three seeds, and the median of the
    smallest norm, or of the share that is read correctly, counts. The units of a layer differ from the start, and so do
    layers of the same shape.

    Args:
        widths: how many numbers there are before the first layer, between the layers, and after the last: K + 1 integers for
            K layers, each at least 10.
        seed: fixes everything random: the same arguments give the same kernels, a different seed gives different ones.

    Returns:
        `(activation, kernels)`: "sigmoid", "tanh" or "relu", and K finite float arrays; kernel l, counted from 0, has the
        shape `(widths[l], widths[l + 1])`.
    """
    raise NotImplementedError("TODO: task 3")
