"""NumPy only: dense layers with tanh, backpropagation and Adam by hand."""

from itertools import pairwise

import numpy as np


def collapsed_units(z_mean, z_log_var, threshold):
    divergences = -0.5 * (1 + z_log_var - z_mean**2 - np.exp(z_log_var))
    means = np.mean(divergences, axis=0)
    return means < threshold


def generate(decoder, latent_dim, count, seed):
    random = np.random.default_rng(seed)
    codes = random.normal(size=(count, latent_dim))
    return decoder(codes.astype(np.float32))


class Network:
    """Dense layers with tanh between them."""

    def __init__(self, widths, random):
        self.parameters = []
        for rows, columns in pairwise(widths):
            self.parameters.append((random.normal(size=(rows, columns)) / np.sqrt(rows)).astype(np.float32))
            self.parameters.append(np.zeros(columns, dtype=np.float32))
        self.moments = [(np.zeros_like(array), np.zeros_like(array)) for array in self.parameters]

    def __call__(self, inputs):
        self.inputs = []
        for weight, bias in zip(self.parameters[::2], self.parameters[1::2], strict=True):
            self.inputs.append(inputs)
            inputs = inputs @ weight + bias
            if weight is not self.parameters[-2]:
                inputs = np.tanh(inputs)
        return inputs

    def backward(self, gradient):
        self.gradients = []
        for layer in reversed(range(len(self.inputs))):
            inputs = self.inputs[layer]
            self.gradients = [inputs.T @ gradient, gradient.sum(axis=0), *self.gradients]
            gradient = gradient @ self.parameters[2 * layer].T
            if layer:
                gradient = gradient * (1 - inputs**2)
        return gradient

    def step(self, count, rate):
        for array, gradient, (first, second) in zip(self.parameters, self.gradients, self.moments, strict=True):
            first[:] += 0.1 * (gradient - first)
            second[:] += 0.001 * (gradient**2 - second)
            array[:] -= rate * first / (1 - 0.9**count) / (np.sqrt(second / (1 - 0.999**count)) + 1e-7)


def train_vae(images, latent_dim, pixel_std, epochs, seed):
    random = np.random.default_rng(seed)
    shape = images.shape[1:]
    pixels = images.reshape(len(images), -1)
    encoder = Network((pixels.shape[1], 128, 64, 2 * latent_dim), random)
    encoder.parameters[-2] *= np.float32(0.1)
    decoder = Network((latent_dim, 64, 128, pixels.shape[1]), random)
    starts = range(0, len(pixels), 64)
    count = 0
    for _ in range(epochs):
        order = random.permutation(len(pixels))
        for start in starts:
            batch = pixels[order[start : start + 64]]
            mean, log_var = np.split(encoder(batch), 2, axis=1)
            std = np.exp(log_var / 2)
            epsilon = random.normal(size=mean.shape).astype(np.float32)
            outputs = decoder(mean + std * epsilon)
            by_code = decoder.backward((outputs - batch) / np.float32(pixel_std**2 * len(batch)))
            by_mean = by_code + mean / len(batch)
            by_log_var = by_code * epsilon * std / 2 + (std**2 - 1) / (2 * len(batch))
            encoder.backward(np.concatenate([by_mean, by_log_var], axis=1))
            count += 1
            rate = 5e-3 * min(1.0, 2 - 2 * count / (epochs * len(starts) + 1))
            encoder.step(count, rate)
            decoder.step(count, rate)

    def encode(images):
        mean, log_var = np.split(encoder(images.reshape(len(images), -1)), 2, axis=1)
        return mean, log_var

    def decode(codes):
        return decoder(codes).reshape(-1, *shape)

    return encode, decode
