"""Backpropagation through time: from the last step of a recurrent layer back to the first."""

import numpy as np


def rnn_gradients(inputs, states, parameters, upstream):
    """Computes the gradient of a loss with respect to everything that a recurrent layer has computed with."""
    kernel = parameters["kernel"]
    recurrent = parameters["recurrent_kernel"]
    steps = inputs.shape[1]

    kernel_gradient = np.zeros(kernel.shape)
    recurrent_gradient = np.zeros(recurrent.shape)
    bias_gradient = np.zeros(parameters["bias"].shape)
    input_gradient = np.zeros(inputs.shape)
    back = np.zeros(states[:, 0].shape)

    for i in reversed(range(steps)):
        before, after = states[:, i], states[:, i + 1]
        delta = (upstream[:, i] + back) * (1 - after**2)
        kernel_gradient += inputs[:, i].T @ delta
        recurrent_gradient += before.T @ delta
        bias_gradient += delta.sum(axis=0)
        input_gradient[:, i] = delta @ kernel.T
        back = delta @ recurrent.T

    return {
        "kernel": kernel_gradient,
        "recurrent_kernel": recurrent_gradient,
        "bias": bias_gradient,
        "inputs": input_gradient,
        "initial": back,
    }


def gradient_norms(states, recurrent_kernel, last_gradient):
    """Measures how much of the gradient with respect to the last state is left at each state before it."""
    gradient = last_gradient
    norms = [np.linalg.norm(gradient, axis=1)]
    for t in range(states.shape[1] - 1, 0, -1):
        gradient = (gradient * (1 - states[:, t] ** 2)) @ recurrent_kernel.T
        norms.append(np.linalg.norm(gradient, axis=1))
    return np.stack(norms[::-1], axis=1)


def clip_by_global_norm(gradients, max_norm):
    """Shortens gradients that are too long, all by the same factor."""
    total = sum(np.sum(np.asarray(array, dtype="float64") ** 2) for array in gradients)
    norm = np.sqrt(total)
    factor = max_norm / norm if norm > max_norm else 1.0
    return [array * factor for array in gradients], norm
