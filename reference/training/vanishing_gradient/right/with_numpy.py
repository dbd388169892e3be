"""Backpropagation in NumPy on the weights of the model, and Glorot's start for tanh."""

from itertools import pairwise

import numpy as np

NAMES = {"sigmoid": lambda a: a * (1 - a), "tanh": lambda a: 1 - a**2, "relu": lambda a: 1.0 * (a > 0)}


def activate(name, z):
    return {"sigmoid": lambda: 1 / (1 + np.exp(-z)), "tanh": lambda: np.tanh(z), "relu": lambda: z * (z > 0)}[name]()


def backpropagate(weights, names, inputs, labels):
    kernels, biases = weights[0::2], weights[1::2]
    outputs = [inputs]
    for kernel, bias, name in zip(kernels, biases, names, strict=True):
        z = outputs[-1] @ kernel + bias
        outputs.append(z if name == "linear" else activate(name, z))
    exponentials = np.exp(outputs[-1] - np.max(outputs[-1], axis=1)[:, None])
    delta = exponentials / np.sum(exponentials, axis=1)[:, None]
    delta = (delta - np.eye(delta.shape[1])[labels]) / len(labels)
    gradients = []
    for layer in range(len(kernels) - 1, -1, -1):
        gradients = [outputs[layer].T @ delta, np.sum(delta, axis=0), *gradients]
        if layer > 0:
            delta = (delta @ kernels[layer].T) * NAMES[names[layer - 1]](outputs[layer])
    return gradients


def read(model):
    names = [layer.get_config()["activation"] for layer in model.layers]
    return [weight.astype(float) for weight in model.get_weights()], names


def gradient_norms(model, inputs, labels):
    return [float(np.linalg.norm(gradient)) for gradient in backpropagate(*read(model), inputs, labels)[::2]]


def train(model, inputs, labels, learning_rate, steps):
    weights, names = read(model)
    record = []
    for _ in range(steps):
        gradients = backpropagate(weights, names, inputs, labels)
        record.append([np.sqrt(np.sum(np.square(gradient))) for gradient in gradients[::2]])
        weights = [weight - learning_rate * gradient for weight, gradient in zip(weights, gradients, strict=True)]
    model.set_weights(weights)
    return np.reshape(record, (steps, len(names)))


def initialize(widths, seed):
    generator = np.random.default_rng(seed)
    kernels = []
    for before, after in pairwise(widths):
        reach = np.sqrt(6 / (before + after))
        kernels.append(generator.uniform(-reach, reach, size=(before, after)))
    return "tanh", kernels
