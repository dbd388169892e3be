import numpy as np


def sigmoid(z):
    return 0.5 + 0.5 * np.tanh(z / 2)


FUNCTIONS = {
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * sigmoid(-z)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "linear": (lambda z: z, np.ones_like),
}


def forward(inputs, weights, biases, activations):
    pre_activations, outputs = [], [inputs]
    for kernel, bias, name in zip(weights, biases, activations, strict=True):
        pre_activations.append(outputs[-1] @ kernel + bias)
        outputs.append(FUNCTIONS[name][0](pre_activations[-1]))
    return pre_activations, outputs


def deltas(output_gradient, pre_activations, weights, activations):
    slopes = [FUNCTIONS[name][1](z) for name, z in zip(activations, pre_activations, strict=True)]
    kept = [output_gradient * slopes[-1]]
    for layer in range(len(weights) - 1, 0, -1):
        kept.insert(0, kept[0] @ weights[layer].T * slopes[layer - 1])
    return kept


def gradients(inputs, targets, weights, biases, activations):
    pre_activations, outputs = forward(inputs, weights, biases, activations)
    output_gradient = 2 * (outputs[-1] - targets) / len(inputs)
    kept = deltas(output_gradient, pre_activations, weights, activations)
    weight_gradients = [a.T @ delta for a, delta in zip(outputs[:-1], kept, strict=True)]
    return weight_gradients, [delta.sum(axis=0) for delta in kept]
