"""Jacobians of one state by the state before it, multiplied for each sequence, and one product with all that a step got."""

from functools import reduce

import numpy as np


def backwards(states, recurrent_kernel, direct):
    """The gradients by h_0 to h_T, where `direct[t]` is what the loss says of h_t itself."""
    found = [direct[-1]]
    for state, gradient in zip(states[:0:-1], direct[-2::-1], strict=True):
        jacobian = np.diag(1 - state * state) @ recurrent_kernel.T
        found.append(gradient + found[-1] @ jacobian)
    return np.array(found[::-1])


def rnn_gradients(inputs, states, parameters, upstream):
    kernel, recurrent_kernel, bias = (parameters[name] for name in ("kernel", "recurrent_kernel", "bias"))
    together = np.zeros((len(kernel) + len(recurrent_kernel) + 1, bias.size))
    by_inputs, initial = [], []
    for x, h, g in zip(inputs, states, upstream, strict=True):
        by_states = backwards(h, recurrent_kernel, np.vstack([np.zeros_like(h[:1]), g]))
        deltas = by_states[1:] * (1 - h[1:] ** 2)
        together = together + np.hstack([x, h[:-1], np.ones((len(x), 1))]).T @ deltas
        by_inputs.append(deltas @ kernel.T)
        initial.append(by_states[0])
    by_kernel, by_recurrent_kernel, by_bias = np.split(together, [len(kernel), -1])
    return {
        "initial": np.array(initial),
        "inputs": np.array(by_inputs),
        "bias": by_bias[0],
        "recurrent_kernel": by_recurrent_kernel,
        "kernel": by_kernel,
    }


def gradient_norms(states, recurrent_kernel, last_gradient):
    rows = []
    for h, last in zip(states, last_gradient, strict=True):
        direct = np.zeros_like(h)
        direct[-1] = last
        rows.append([np.hypot.reduce(gradient) for gradient in backwards(h, recurrent_kernel, direct)])
    return rows


def clip_by_global_norm(gradients, max_norm):
    norm = reduce(np.hypot, (abs(entry) for gradient in gradients for entry in np.ravel(gradient)), 0.0)
    factor = min(1.0, max_norm / norm) if norm else 1.0
    return tuple(np.multiply(gradient, factor) for gradient in gradients), float(norm)
