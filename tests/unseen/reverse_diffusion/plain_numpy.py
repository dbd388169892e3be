"""Reverse diffusion: from noise to images, one step at a time."""

import numpy as np


def predict_image(noisy, ratio, noise):
    """Computes which image is behind a noisy one, if this is the noise in it."""
    return (noisy - np.sqrt(1 - ratio) * noise) / np.sqrt(ratio)


def fresh_deviation(ratio, next_ratio, eta):
    """Computes how much fresh noise a step adds."""
    noise_share = (1 - next_ratio) / (1 - ratio)
    step_share = 1 - ratio / next_ratio
    return eta * np.sqrt(noise_share) * np.sqrt(step_share)


def sample(predict_noise, start, ratios, eta=0.0, fresh=None):
    """Generates images, walking from noise at step T to an image at step 0."""
    current = np.array(start, dtype="float64")
    batch = len(current)
    for t in range(len(ratios) - 1, 0, -1):
        ratio, following = ratios[t], ratios[t - 1]
        guess = predict_noise(current, np.full(batch, ratio))
        image = predict_image(current, ratio, guess)
        sigma = fresh_deviation(ratio, following, eta)
        direction = np.sqrt(np.maximum(1 - following - sigma**2, 0.0))
        current = np.sqrt(following) * image + direction * guess
        if eta > 0:
            current = current + sigma * fresh[t - 1]
    return current
