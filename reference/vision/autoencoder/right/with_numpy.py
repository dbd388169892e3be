"""NumPy only: layers as pairs of arrays, backpropagation and Adam by hand."""

from itertools import pairwise

import numpy as np


class Network:
    """Dense layers with tanh between them."""

    def __init__(self, widths, generator):
        self.weights = [
            (generator.normal(size=(rows, columns)) / np.sqrt(rows)).astype(np.float32)
            for rows, columns in pairwise(widths)
        ]
        self.biases = [np.zeros(columns, dtype=np.float32) for columns in widths[1:]]
        self.moments = None

    def forward(self, inputs):
        self.inputs = []
        for weight, bias in zip(self.weights, self.biases, strict=True):
            self.inputs.append(inputs)
            inputs = inputs @ weight + bias
            if weight is not self.weights[-1]:
                inputs = np.tanh(inputs)
        return inputs

    def backward(self, gradient):
        gradients = []
        for index in reversed(range(len(self.weights))):
            inputs = self.inputs[index]
            gradients = [inputs.T @ gradient, gradient.sum(axis=0), *gradients]
            gradient = gradient @ self.weights[index].T
            if index:
                gradient = gradient * (1 - inputs**2)
        self.gradients = gradients
        return gradient

    def step(self, count, rate):
        parameters = [array for pair in zip(self.weights, self.biases, strict=True) for array in pair]
        self.moments = self.moments or [(np.zeros_like(array), np.zeros_like(array)) for array in parameters]
        for array, gradient, (first, second) in zip(parameters, self.gradients, self.moments, strict=True):
            first[:] += 0.1 * (gradient - first)
            second[:] += 0.001 * (gradient**2 - second)
            array[:] -= rate * first / (1 - 0.9**count) / (np.sqrt(second / (1 - 0.999**count)) + 1e-8)


class Encoder(Network):
    def __call__(self, images):
        return self.forward(np.reshape(images, (len(images), 64)))


class Decoder(Network):
    def __call__(self, codes):
        return (0.5 + 0.5 * np.tanh(0.5 * self.forward(codes))).reshape(-1, 8, 8)


def make_encoder(code_size, generator=None):
    return Encoder((64, 128, 64, code_size), generator or np.random.default_rng())


def make_decoder(code_size, generator=None):
    return Decoder((code_size, 64, 128, 64), generator or np.random.default_rng())


def train_autoencoder(images, labels, code_size, epochs, seed):
    generator = np.random.default_rng(seed)
    encoder, decoder = make_encoder(code_size, generator), make_decoder(code_size, generator)
    count = 0
    for _ in range(epochs):
        order = generator.permutation(len(images))
        for start in range(0, len(images), 100):
            batch = images[order[start : start + 100]]
            outputs = decoder(encoder(batch))
            gradient = (outputs - batch) * outputs * (1 - outputs) / len(batch)
            encoder.backward(decoder.backward(gradient.reshape(len(batch), 64)))
            count += 1
            encoder.step(count, 5e-3)
            decoder.step(count, 5e-3)
    return encoder, decoder
