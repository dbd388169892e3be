"""One recursive function: it goes forward while it descends, and back while it returns."""

import numpy as np


def sigmoid(z):
    return np.exp(-np.logaddexp(0.0, -z))


def act(name, z):
    """The activation and its derivative."""
    if name == "sigmoid":
        return sigmoid(z), sigmoid(z) * sigmoid(-z)
    if name == "tanh":
        return np.tanh(z), np.float32(1) - np.square(np.tanh(z))
    if name == "relu":
        return z * (z > 0), 1.0 * (z > 0)
    return z + 0.0, np.ones(z.shape)


def walk(inputs, weights, biases, activations, upstream_of):
    """Returns the gradient by the inputs, and (z, output, delta) of every layer."""
    if not weights:
        return upstream_of(inputs), []
    z = np.einsum("ni,ij->nj", inputs, weights[0], optimize=True) + biases[0]
    output, slope = act(activations[0], z)
    upstream, later = walk(output, weights[1:], biases[1:], activations[1:], upstream_of)
    delta = upstream * slope
    return np.einsum("nj,ij->ni", delta, weights[0], optimize=True), [(z, output, delta), *later]


def forward(inputs, weights, biases, activations):
    _, layers = walk(inputs, weights, biases, activations, np.zeros_like)
    return tuple(z for z, _, _ in layers), (inputs, *(output for _, output, _ in layers))


def deltas(output_gradient, pre_activations, weights, activations):
    if not weights:
        return []
    later = deltas(output_gradient, pre_activations[1:], weights[1:], activations[1:])
    upstream = np.inner(later[0], weights[1]) if later else output_gradient
    return [upstream * act(activations[0], pre_activations[0])[1], *later]


def gradients(inputs, targets, weights, biases, activations):
    _, layers = walk(inputs, weights, biases, activations, lambda outputs: (outputs - targets) * 2 / len(targets))
    before = [inputs, *(output for _, output, _ in layers)]
    weight_gradients = [
        np.einsum("ni,nj->ij", a, d, optimize=True) for a, (_, _, d) in zip(before, layers, strict=False)
    ]
    return weight_gradients, [np.ones(len(inputs)) @ delta for _, _, delta in layers]
