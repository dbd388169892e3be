"""Plain NumPy: layers, backpropagation and Adam by hand."""

import numpy as np


def sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


class Network:
    def __init__(self, sizes, generator):
        self.layers = []
        for fan_in, fan_out in zip(sizes, sizes[1:]):
            weights = generator.normal(0.0, np.sqrt(1.0 / fan_in), (fan_in, fan_out))
            self.layers.append((weights, np.zeros(fan_out)))

    def bend(self, z):
        return np.tanh(z)

    def slope(self, y):
        return 1 - y**2

    def forward(self, x):
        self.inputs = []
        for weights, bias in self.layers[:-1]:
            self.inputs.append(x)
            x = self.bend(x @ weights + bias)
        self.inputs.append(x)
        weights, bias = self.layers[-1]
        return x @ weights + bias

    def backward(self, gradient):
        gradients = []
        for number in reversed(range(len(self.layers))):
            if number < len(self.layers) - 1:
                gradient = gradient * self.slope(self.inputs[number + 1])
            gradients = [self.inputs[number].T @ gradient, gradient.sum(axis=0), *gradients]
            gradient = gradient @ self.layers[number][0].T
        return gradient, gradients

    def parameters(self):
        return [parameter for layer in self.layers for parameter in layer]


class Encoder(Network):
    def __call__(self, images):
        return self.forward(np.asarray(images, dtype=float).reshape(len(images), 64))


class Decoder(Network):
    def __call__(self, codes):
        pixels = sigmoid(self.forward(np.asarray(codes, dtype=float)))
        return pixels.reshape(len(codes), 8, 8)


class Adam:
    def __init__(self, parameters, rate):
        self.parameters, self.rate, self.time = parameters, rate, 0
        self.means = [np.zeros_like(p) for p in parameters]
        self.squares = [np.zeros_like(p) for p in parameters]

    def step(self, gradients):
        self.time += 1
        for p, g, m, v in zip(self.parameters, gradients, self.means, self.squares):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            p -= self.rate * (m / (1 - 0.9**self.time)) / (np.sqrt(v / (1 - 0.999**self.time)) + 1e-8)


def make_encoder(code_size, generator=None):
    return Encoder([64, 128, 64, code_size], generator or np.random.default_rng(1))


def make_decoder(code_size, generator=None):
    return Decoder([code_size, 64, 128, 64], generator or np.random.default_rng(2))


def train_autoencoder(images, labels, code_size, epochs, seed):
    generator = np.random.default_rng(seed)
    encoder = make_encoder(code_size, generator)
    decoder = make_decoder(code_size, generator)
    optimizer = Adam(encoder.parameters() + decoder.parameters(), 0.003)
    x = images.reshape(-1, 64).astype(float)
    for _ in range(epochs):
        order = generator.permutation(len(x))
        for first in range(0, len(x), 32):
            inputs = targets = x[order[first : first + 32]]
            outputs = sigmoid(decoder.forward(encoder.forward(inputs)))
            error = (outputs - targets) * outputs * (1 - outputs) / len(inputs)
            back, decoder_gradients = decoder.backward(error)
            _, encoder_gradients = encoder.backward(back)
            optimizer.step(encoder_gradients + decoder_gradients)
    return encoder, decoder
