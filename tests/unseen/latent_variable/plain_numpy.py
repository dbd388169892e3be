"""Latent variable model: the probability of an image, from a generator that can only make images."""

import numpy as np


def log_likelihood(inputs, means, std):
    """Computes the log-density of inputs under Gaussians around the images that a generator has made."""
    inputs = np.asarray(inputs, dtype="float64")
    means = np.asarray(means, dtype="float64")
    d = inputs.shape[1]
    result = np.empty((len(means), len(inputs)))
    for i, mean in enumerate(means):
        result[i] = -0.5 * np.sum(((inputs - mean) / std) ** 2, axis=1)
    return result - d * np.log(std) - 0.5 * d * np.log(2.0 * np.pi)


def log_evidence(log_likelihoods):
    """Averages probabilities that are given by their logarithms, column by column."""
    a = np.asarray(log_likelihoods, dtype="float64")
    largest = a.max(axis=0)
    shift = np.where(np.isneginf(largest), 0.0, largest)
    average = np.exp(a - shift).mean(axis=0)
    with np.errstate(divide="ignore"):
        return np.log(average) + shift


def estimate_log_evidence(inputs, generator, latent_dim, samples, std, seed):
    """Estimates how probable inputs are to a generator, by asking it for many images."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((samples, latent_dim))
    images = np.asarray(generator(z))
    return log_evidence(log_likelihood(inputs, images, std))
