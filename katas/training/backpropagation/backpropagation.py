"""Backpropagation: one walk forward, one walk back, and the gradient of every weight is known."""

import numpy as np


def forward(
    inputs: np.ndarray,
    weights: list[np.ndarray],
    biases: list[np.ndarray],
    activations: list[str],
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Computes a network layer by layer, and keeps everything that the backward pass needs.

    Section 2.2 of the notes. For the layers l = 1, ..., K, with one sample in each row:

        a_0 = inputs
        z_l = a_{l-1} W_l + b_l
        a_l = σ_l(z_l)

    The activation functions σ work on each number by itself: "sigmoid" is 1 / (1 + exp(-z)), "tanh" is tanh(z), "relu" is
    max(z, 0), "linear" is z.

    Args:
        inputs: float array of shape `(batch, n_0)`.
        weights: the W_l, K >= 1 float arrays; the first has the shape `(n_0, n_1)`, the last `(n_{K-1}, n_K)`.
        biases: the b_l, K float arrays of shape `(n_l,)`.
        activations: the K names of the σ_l: "sigmoid", "tanh", "relu" or "linear". Each layer has its own.

    Returns:
        `(pre_activations, outputs)`: a list of z_1, ..., z_K and a list of a_0, a_1, ..., a_K, one more. z_l and a_l are
        float arrays of shape `(batch, n_l)`, in float32 or float64. For a z of 1000 or -1000 they are finite, too.
    """
    raise NotImplementedError("TODO: task 1")


def deltas(
    output_gradient: np.ndarray,
    pre_activations: list[np.ndarray],
    weights: list[np.ndarray],
    activations: list[str],
) -> list[np.ndarray]:
    """Carries the gradient of a loss L back to the pre-activations of every layer.

    D. E. Rumelhart, G. E. Hinton and R. J. Williams, "Learning Representations by Back-Propagating Errors", Nature 323,
    1986. With δ_l = ∂L/∂z_l, ⊙ the product entry by entry and σ' the derivative of σ:

        δ_K = ∂L/∂a_K ⊙ σ'_K(z_K)
        δ_l = (δ_{l+1} W_{l+1}ᵀ) ⊙ σ'_l(z_l)    for l = K-1, ..., 1

    The derivative of "relu" at exactly 0 is taken to be 0.

    Args:
        output_gradient: ∂L/∂a_K, a float array of shape `(batch, n_K)`; the loss may be any.
        pre_activations: z_1, ..., z_K, as `forward` returns them. Entries may be as large as 1000 or -1000.
        weights: as in `forward`.
        activations: as in `forward`.

    Returns:
        List of δ_1, ..., δ_K in this order, finite float arrays of shape `(batch, n_l)`.
    """
    raise NotImplementedError("TODO: task 2")


def gradients(
    inputs: np.ndarray,
    targets: np.ndarray,
    weights: list[np.ndarray],
    biases: list[np.ndarray],
    activations: list[str],
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Computes the gradient of a network's loss with respect to all weights and biases.

    The loss is the squared error of a sample, summed over its outputs and averaged over the n samples of the batch:

        L = (1/n) Σ_i ‖a_K,i - y_i‖²

    Section 2.2 of the notes. With the δ of `deltas`:

        ∂L/∂W_l = a_{l-1}ᵀ δ_l
        ∂L/∂b_l = Σ_i δ_l,i

    The work grows with K, not with K²: each z_l, a_l and δ_l is computed once. Automatic differentiation is off limits.

    Args:
        inputs: float array of shape `(batch, n_0)`.
        targets: the y_i, a float array of shape `(batch, n_K)`.
        weights: as in `forward`.
        biases: as in `forward`.
        activations: as in `forward`.

    Returns:
        `(weight_gradients, bias_gradients)`: two lists of K float arrays, of the shapes of the weights and the biases.
    """
    raise NotImplementedError("TODO: task 3")
