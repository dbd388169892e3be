"""Backpropagation through time: from the last step of a recurrent layer back to the first."""

import numpy as np


def rnn_gradients(
    inputs: np.ndarray, states: np.ndarray, parameters: dict[str, np.ndarray], upstream: np.ndarray
) -> dict[str, np.ndarray]:
    """Computes the gradient of a loss with respect to everything that a recurrent layer has computed with."""
    kernel, recurrent_kernel = parameters["kernel"], parameters["recurrent_kernel"]
    deltas, later = np.zeros(upstream.shape), 0.0
    for t in reversed(range(upstream.shape[1])):
        deltas[:, t] = (upstream[:, t] + later) * (1 - states[:, t + 1] ** 2)
        later = deltas[:, t] @ recurrent_kernel.T
    return {
        "kernel": np.einsum("btd,btu->du", inputs, deltas),
        "recurrent_kernel": np.einsum("btv,btu->vu", states[:, :-1], deltas),
        "bias": np.sum(deltas, axis=(0, 1)),
        "inputs": deltas @ kernel.T,
        "initial": later,
    }


def gradient_norms(states: np.ndarray, recurrent_kernel: np.ndarray, last_gradient: np.ndarray) -> np.ndarray:
    """Measures how much of the gradient with respect to the last state is left at each state before it."""
    gradients = [last_gradient]
    for t in reversed(range(1, states.shape[1])):
        gradients.append(gradients[-1] * (1 - states[:, t] ** 2) @ recurrent_kernel.T)
    return np.linalg.norm(gradients[::-1], axis=-1).T


def clip_by_global_norm(gradients: list[np.ndarray], max_norm: float) -> tuple[list[np.ndarray], float]:
    """Shortens gradients that are too long, all by the same factor."""
    norm = np.sqrt(sum(np.sum(np.square(gradient)) for gradient in gradients))
    factor = max_norm / max(norm, max_norm)
    return [factor * gradient for gradient in gradients], norm
