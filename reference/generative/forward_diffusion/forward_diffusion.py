"""Forward diffusion: from an image to noise, in steps that can be taken all at once."""

from math import pi

import keras
import numpy as np
from keras import ops


def linear_ratios(steps: int, first: float = 1e-4, last: float = 0.02) -> np.ndarray:
    """Computes the signal ratios of the linear schedule."""
    variances = ops.linspace(first, last, steps, dtype="float32")
    return ops.concatenate([ops.ones(1), ops.cumprod(1.0 - variances)])


def cosine_ratios(steps: int, offset: float = 0.008) -> np.ndarray:
    """Computes the signal ratios of the cosine schedule."""
    progress = ops.arange(steps + 1, dtype="float32") / steps
    left = ops.cos((progress + offset) / (1.0 + offset) * pi / 2) ** 2
    return left / left[0]


def diffuse(images: np.ndarray, ratios: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Makes noisy images: each goes from x_0 to its x_t at once."""
    ratios = ops.reshape(ratios, (-1,) + (1,) * (ops.ndim(images) - 1))
    return ops.sqrt(ratios) * images + ops.sqrt(1.0 - ratios) * noise


def training_batch(images: np.ndarray, ratios: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Makes what a denoiser learns from: noisy images, how noisy they are, and the noise that was added."""
    numbers = keras.random.SeedGenerator(seed)
    scaled = ops.cast(images, "float32") / 127.5 - 1.0
    steps = keras.random.randint((len(images),), 1, len(ratios), seed=numbers)
    noise = keras.random.normal(images.shape, seed=numbers)
    chosen = ops.take(ops.cast(ratios, "float32"), steps)
    return diffuse(scaled, chosen, noise), chosen, noise
