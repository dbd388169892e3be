"""NumPy only: layers as pairs of arrays, backpropagation and Adam by hand."""

from itertools import pairwise

import numpy as np


def denoising_loss(predict_noise, points, ratios, noise):
    signal, spread = np.sqrt(ratios)[:, None], np.sqrt(1 - ratios)[:, None]
    predicted = predict_noise(signal * points + spread * noise, ratios)
    return np.mean(np.square(noise - predicted))


class Denoiser:
    """Dense layers with tanh between them, whose first input is the point and what is signal and what is noise in it."""

    def __init__(self, widths):
        self.weights = [np.random.normal(size=shape) / np.sqrt(shape[0]) for shape in pairwise(widths)]
        self.biases = [np.zeros(width) for width in widths[1:]]

    def __call__(self, noisy, ratios):
        angles = np.arccos(np.sqrt(np.clip(ratios, 0.0, 1.0)))[:, None]
        outputs = np.hstack([noisy, np.cos(angles), np.sin(angles), np.cos(2 * angles), np.sin(2 * angles)])
        self.inputs = []
        for weight, bias in zip(self.weights, self.biases, strict=True):
            self.inputs.append(outputs)
            outputs = outputs @ weight + bias
            if weight is not self.weights[-1]:
                outputs = np.tanh(outputs)
        return outputs

    def gradients(self, slopes):
        found = []
        for weight, inputs in zip(self.weights[::-1], self.inputs[::-1], strict=True):
            found = [inputs.T @ slopes, *found, slopes.sum(axis=0)]
            slopes = slopes @ weight.T * (1 - inputs**2)
        return found


def train_denoiser(points, steps=1200, batch_size=256, rate=5e-3):
    denoiser = Denoiser((points.shape[1] + 4, 64, 64, points.shape[1]))
    parameters = denoiser.weights + denoiser.biases[::-1]
    first, second = ([np.zeros_like(array) for array in parameters] for _ in range(2))
    for step in range(1, steps + 1):
        chosen = points[np.random.randint(len(points), size=batch_size)]
        ratios = np.cos(np.pi / 2 * np.random.uniform(size=batch_size)) ** 2
        noise = np.random.normal(size=chosen.shape)
        noisy = np.sqrt(ratios)[:, None] * chosen + np.sqrt(1 - ratios)[:, None] * noise
        slopes = 2 * (denoiser(noisy, ratios) - noise) / noise.size
        size = rate * np.cos(np.pi / 2 * step / (steps + 1)) / (1 - 0.9**step) * np.sqrt(1 - 0.999**step)
        for number, gradient in enumerate(denoiser.gradients(slopes)):
            first[number] += 0.1 * (gradient - first[number])
            second[number] += 0.001 * (gradient**2 - second[number])
            parameters[number] -= size * first[number] / (np.sqrt(second[number]) + 1e-8)
    return denoiser
