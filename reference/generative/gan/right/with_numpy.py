"""NumPy only: leaky rectifiers, backpropagation and Adam by hand."""

from itertools import pairwise

import numpy as np


def mode_coverage(samples, centers, std, least=1):
    squares = ((samples[:, None, :] - centers[None, :, :]) ** 2).sum(axis=2)
    nearest = squares.argmin(axis=1)
    good = squares.min(axis=1) <= (3 * std) ** 2
    counts = [np.sum(good & (nearest == mode)) for mode in range(len(centers))]
    covered = sum(int(count >= least) for count in counts)
    return covered, np.sum(good) / len(samples)


class Network:
    """Dense layers with leaky rectifiers between them."""

    def __init__(self, widths, generator):
        self.parameters = []
        for rows, columns in pairwise(widths):
            self.parameters.append((np.sqrt(2 / rows) * generator.normal(size=(rows, columns))).astype(np.float32))
            self.parameters.append(np.zeros(columns, dtype=np.float32))
        self.moments = [(np.zeros_like(array), np.zeros_like(array)) for array in self.parameters]

    def __call__(self, inputs):
        self.inputs = []
        for weight, bias in zip(self.parameters[::2], self.parameters[1::2], strict=True):
            self.inputs.append(inputs)
            inputs = inputs @ weight + bias
            if weight is not self.parameters[-2]:
                inputs = np.maximum(inputs, 0.2 * inputs)
        return inputs

    def backward(self, gradient):
        self.gradients = []
        for layer in reversed(range(len(self.inputs))):
            inputs = self.inputs[layer]
            self.gradients = [inputs.T @ gradient, gradient.sum(axis=0), *self.gradients]
            gradient = gradient @ self.parameters[2 * layer].T
            if layer:
                gradient = gradient * np.where(inputs > 0, np.float32(1.0), np.float32(0.2))
        return gradient

    def step(self, count, rate):
        for array, gradient, (first, second) in zip(self.parameters, self.gradients, self.moments, strict=True):
            first[:] += 0.5 * (gradient - first)
            second[:] += 0.001 * (gradient**2 - second)
            array[:] -= rate * first / (1 - 0.5**count) / (np.sqrt(second / (1 - 0.999**count)) + 1e-7)


def sigmoid(logits):
    return 0.5 + 0.5 * np.tanh(0.5 * logits)


def train_gan(points, latent_dim, steps, seed):
    random = np.random.default_rng(seed)
    mean = points.mean(axis=0)
    std = np.std(points - mean)
    scaled = (points - mean) / std
    generator, discriminator = Network((latent_dim, 32, 32, 2), random), Network((2, 32, 32, 1), random)
    batch = 64
    for count in range(1, steps + 1):
        rate = 4e-3 * min(1.0, 2 - 2 * count / (steps + 1))
        real = scaled[random.integers(len(scaled), size=batch)]
        noise = random.normal(size=(batch, latent_dim)).astype(np.float32)
        gradient = sigmoid(discriminator(np.concatenate([real, generator(noise)]))) / batch
        gradient[:batch] -= 1 / batch
        discriminator.backward(gradient)
        discriminator.step(count, rate)
        noise = random.normal(size=(batch, latent_dim)).astype(np.float32)
        gradient = (sigmoid(discriminator(generator(noise))) - 1) / batch
        generator.backward(discriminator.backward(gradient))
        generator.step(count, rate)

    def generate(noise):
        return generator(noise) * std + mean

    return generate
