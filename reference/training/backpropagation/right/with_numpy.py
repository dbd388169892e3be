"""NumPy only: one function for each activation and its derivative, and the deltas filled in from the back."""

import numpy as np


def sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


FUNCTIONS = {
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
    "linear": (lambda z: z, np.ones_like),
}


def forward(inputs, weights, biases, activations):
    pre_activations, outputs = [], [inputs]
    for layer, name in enumerate(activations):
        pre_activations.append(outputs[layer] @ weights[layer] + biases[layer])
        outputs.append(FUNCTIONS[name][0](pre_activations[layer]))
    return pre_activations, outputs


def deltas(output_gradient, pre_activations, weights, activations):
    slopes = [FUNCTIONS[name][1](z) for name, z in zip(activations, pre_activations, strict=True)]
    kept = [None] * len(weights)
    kept[-1] = output_gradient * slopes[-1]
    for layer in range(len(weights) - 2, -1, -1):
        kept[layer] = kept[layer + 1] @ weights[layer + 1].T * slopes[layer]
    return kept


def gradients(inputs, targets, weights, biases, activations):
    pre_activations, outputs = forward(inputs, weights, biases, activations)
    kept = deltas(2 * (outputs[-1] - targets) / len(inputs), pre_activations, weights, activations)
    weight_gradients = [outputs[layer].T @ delta for layer, delta in enumerate(kept)]
    return weight_gradients, [delta.sum(axis=0) for delta in kept]
