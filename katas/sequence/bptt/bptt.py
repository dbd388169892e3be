"""Backpropagation through time: from the last step of a recurrent layer back to the first."""

import numpy as np


def rnn_gradients(
    inputs: np.ndarray, states: np.ndarray, parameters: dict[str, np.ndarray], upstream: np.ndarray
) -> dict[str, np.ndarray]:
    """Computes the gradient of a loss with respect to everything that a recurrent layer has computed with.

    P. J. Werbos, "Backpropagation Through Time: What It Does and How to Do It", Proceedings of the IEEE 78(10), 1990; section
    5.2 of the notes. The layer has computed, for t = 1, ..., T,

        h_t = tanh(x_t W + h_{t-1} U + b)

    and a loss L, which is a number, has been computed from the states. What each state contributes to it *directly*, not by
    way of later states, is given: g_t, for t = 1, ..., T. Whatever the loss is, a sum or a mean, over the steps or over the
    batch, its factors are in g_t already: nothing is divided by anything here. From δ_{T+1} = 0, for t = T, ..., 1:

        δ_t = (g_t + δ_{t+1} U^T) ⊙ (1 - h_t²)

    is the gradient with respect to the sum before tanh, and, with sums over t = 1, ..., T and over the sequences of the
    batch,

        ∂L/∂W = Σ x_t^T δ_t,   ∂L/∂U = Σ h_{t-1}^T δ_t,   ∂L/∂b = Σ δ_t,   ∂L/∂x_t = δ_t W^T,   ∂L/∂h_0 = δ_1 U^T

    Automatic differentiation, as by `tf.GradientTape`, is off limits.

    Args:
        inputs: float array of shape `(batch, T, features)`: entry t - 1 along the time is x_t. All sizes are 1 or more.
        states: float array of shape `(batch, T + 1, units)`: entry t along the time is h_t, from h_0 to h_T.
        parameters: float arrays by their names: "kernel", W, of shape `(features, units)`; "recurrent_kernel", U, of shape
            `(units, units)`; "bias", b, of shape `(units,)`.
        upstream: float array of shape `(batch, T, units)`: entry t - 1 along the time is g_t.
            None of the arguments may be changed in place.

    Returns:
        Five float arrays by their names: "kernel", "recurrent_kernel" and "bias", each in the shape of the parameter;
        "inputs", the gradients with respect to x_t, of shape `(batch, T, features)`; and "initial", that with respect
        to h_0, of shape `(batch, units)`, a row for each sequence.
    """
    raise NotImplementedError("TODO: task 1")


def gradient_norms(states: np.ndarray, recurrent_kernel: np.ndarray, last_gradient: np.ndarray) -> np.ndarray:
    """Measures how much of the gradient with respect to the last state is left at each state before it.

    R. Pascanu, T. Mikolov, Y. Bengio, "On the Difficulty of Training Recurrent Neural Networks", ICML 2013, section 2. Here the
    loss looks at h_T only: ∂L/∂h_T is given, and with δ_t as in `rnn_gradients`, ∂L/∂h_{t-1} = δ_t U^T.

    Args:
        states: float array of shape `(batch, T + 1, units)`, h_0 to h_T, as for `rnn_gradients`; T is 1 or more.
        recurrent_kernel: U, float array of shape `(units, units)`.
        last_gradient: ∂L/∂h_T, float array of shape `(batch, units)`.

    Returns:
        Float array of shape `(batch, T + 1)`: entry t of a row is the Euclidean norm of ∂L/∂h_t for this sequence, the root
        of the sum of squares over the units. The last entry belongs to `last_gradient` itself.
    """
    raise NotImplementedError("TODO: task 2")


def clip_by_global_norm(gradients: list[np.ndarray], max_norm: float) -> tuple[list[np.ndarray], float]:
    """Shortens gradients that are too long, all by the same factor.

    Pascanu et al. 2013, Algorithm 1. With ‖g‖ the Euclidean norm of all entries of all arrays together, and c the limit:

        g ← g · min(1, c / ‖g‖)

    So the direction stays what it was, and a gradient whose norm is c or less stays as it is.

    TensorFlow's own `tf.clip_by_global_norm` and `tf.linalg.global_norm` are off limits.

    Args:
        gradients: one or more float arrays of any shapes, `()` included, with entries between -1e15 and 1e15; all of them
            may be 0. They must not be changed in place.
        max_norm: c, a number greater than 0.

    Returns:
        `(clipped, norm)`: the list of the arrays after clipping, in their order and shapes, and ‖g‖ as it was *before*
        clipping, a number; a NumPy number or an array of shape `()` will do as well.
    """
    raise NotImplementedError("TODO: task 3")
