"""NumPy, images divided by the root of their ratio: then a step moves along the noise, by the change of noise over signal."""

import numpy as np


def predict_image(noisy, ratio, noise):
    return noisy / ratio**0.5 - (1 / ratio - 1) ** 0.5 * noise


def fresh_deviation(ratio, next_ratio, eta):
    variance = (1 - next_ratio) * (next_ratio - ratio) / (next_ratio * (1 - ratio))
    return eta * variance**0.5


def sample(predict_noise, start, ratios, eta=0.0, fresh=None):
    scaled = start / ratios[-1] ** 0.5
    fresh = np.zeros((len(ratios), 1)) if fresh is None else fresh
    pairs = list(zip(ratios, ratios[1:], fresh, strict=False))
    while pairs:
        next_ratio, ratio, z = pairs.pop()
        noise = predict_noise(scaled * ratio**0.5, np.repeat(ratio, len(start)))
        added = eta**2 * (1 / next_ratio - 1) * (1 - ratio / next_ratio) / (1 - ratio)
        change = max(1 / next_ratio - 1 - added, 0) ** 0.5 - (1 / ratio - 1) ** 0.5
        scaled = scaled + change * noise
        if eta:
            scaled = scaled + added**0.5 * z
    return scaled
