"""Latent variable model: the probability of an image, from a generator that can only make images."""

from collections.abc import Callable
from math import log
from math import pi

import keras
import numpy as np
from keras import ops


def log_likelihood(inputs: np.ndarray, means: np.ndarray, std: float) -> np.ndarray:
    """Computes the log-density of inputs under Gaussians around the images that a generator has made."""
    differences = ops.subtract(ops.expand_dims(inputs, 0), ops.expand_dims(means, 1))
    pixels = -0.5 * (differences / std) ** 2 - log(std) - 0.5 * log(2 * pi)
    return ops.sum(pixels, axis=-1)


def log_evidence(log_likelihoods: np.ndarray) -> np.ndarray:
    """Averages probabilities that are given by their logarithms, column by column."""
    largest = ops.max(log_likelihoods, axis=0)
    shift = ops.where(ops.isfinite(largest), largest, ops.zeros_like(largest))
    return shift + ops.log(ops.mean(ops.exp(log_likelihoods - shift), axis=0))


def estimate_log_evidence(
    inputs: np.ndarray,
    generator: Callable[[np.ndarray], np.ndarray],
    latent_dim: int,
    samples: int,
    std: float,
    seed: int,
) -> np.ndarray:
    """Estimates how probable inputs are to a generator, by asking it for many images."""
    latents = keras.random.normal((samples, latent_dim), seed=seed)
    return log_evidence(log_likelihood(inputs, generator(latents), std))
