"""Reverse diffusion: from noise to images, one step at a time."""

from collections.abc import Callable

import numpy as np
from keras import ops


def predict_image(noisy: np.ndarray, ratio: float, noise: np.ndarray) -> np.ndarray:
    """Computes which image is behind a noisy one, if this is the noise in it."""
    return (noisy - ops.sqrt(1.0 - ratio) * noise) / ops.sqrt(ratio)


def fresh_deviation(ratio: float, next_ratio: float, eta: float) -> float:
    """Computes how much fresh noise a step adds."""
    return eta * ops.sqrt((1.0 - next_ratio) / (1.0 - ratio)) * ops.sqrt(1.0 - ratio / next_ratio)


def sample(
    predict_noise: Callable[[np.ndarray, np.ndarray], np.ndarray],
    start: np.ndarray,
    ratios: np.ndarray,
    eta: float = 0.0,
    fresh: np.ndarray | None = None,
) -> np.ndarray:
    """Generates images, walking from noise at step T to an image at step 0."""
    images = ops.cast(start, "float32")
    for t in reversed(range(1, len(ratios))):
        ratio, next_ratio = (ops.cast(value, "float32") for value in (ratios[t], ratios[t - 1]))
        noise = ops.cast(predict_noise(images, ops.full((len(start),), ratio)), "float32")
        deviation = fresh_deviation(ratio, next_ratio, eta)
        clean = predict_image(images, ratio, noise)
        images = ops.sqrt(next_ratio) * clean + ops.sqrt(1.0 - next_ratio - deviation**2) * noise
        if eta > 0:
            images += deviation * ops.cast(fresh[t - 1], "float32")
    return images
