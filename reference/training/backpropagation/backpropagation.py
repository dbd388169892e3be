"""Backpropagation: one walk forward, one walk back, and the gradient of every weight is known."""

import numpy as np
from keras import ops

ACTIVATIONS = {
    "sigmoid": ops.sigmoid,
    "tanh": ops.tanh,
    "relu": ops.relu,
    "linear": ops.convert_to_tensor,
}

DERIVATIVES = {
    "sigmoid": lambda z: ops.sigmoid(z) * ops.sigmoid(-z),
    "tanh": lambda z: 1.0 - ops.square(ops.tanh(z)),
    "relu": lambda z: ops.sign(ops.relu(z)),
    "linear": ops.ones_like,
}


def forward(
    inputs: np.ndarray,
    weights: list[np.ndarray],
    biases: list[np.ndarray],
    activations: list[str],
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Computes a network layer by layer, and keeps everything that the backward pass needs."""
    pre_activations, outputs = [], [inputs]
    for kernel, bias, activation in zip(weights, biases, activations, strict=True):
        pre_activations.append(outputs[-1] @ kernel + bias)
        outputs.append(ACTIVATIONS[activation](pre_activations[-1]))
    return pre_activations, outputs


def deltas(
    output_gradient: np.ndarray,
    pre_activations: list[np.ndarray],
    weights: list[np.ndarray],
    activations: list[str],
) -> list[np.ndarray]:
    """Carries the gradient of a loss L back to the pre-activations of every layer."""
    upstream, kept = output_gradient, []
    for z, kernel, activation in zip(reversed(pre_activations), reversed(weights), reversed(activations), strict=True):
        kept.append(upstream * DERIVATIVES[activation](z))
        upstream = kept[-1] @ kernel.T
    return kept[::-1]


def gradients(
    inputs: np.ndarray,
    targets: np.ndarray,
    weights: list[np.ndarray],
    biases: list[np.ndarray],
    activations: list[str],
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Computes the gradient of a network's loss with respect to all weights and biases."""
    pre_activations, outputs = forward(inputs, weights, biases, activations)
    output_gradient = 2.0 / len(inputs) * (outputs[-1] - targets)
    kept = deltas(output_gradient, pre_activations, weights, activations)
    weight_gradients = [ops.transpose(a) @ delta for a, delta in zip(outputs[:-1], kept, strict=True)]
    bias_gradients = [ops.sum(delta, axis=0) for delta in kept]
    return weight_gradients, bias_gradients
