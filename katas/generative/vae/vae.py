"""Variational autoencoder: train one on small pictures, make new ones, and find the latent variables that say nothing."""

from collections.abc import Callable

import numpy as np


def collapsed_units(z_mean: np.ndarray, z_log_var: np.ndarray, threshold: float) -> np.ndarray:
    """Finds the latent variables whose code is nearly the prior, whatever the picture.

    D. P. Kingma and M. Welling, "Auto-Encoding Variational Bayes", ICLR 2014, arXiv 1312.6114, appendix B, for each unit j:

        KL_j = mean over the pictures of 1/2 (μ_j² + σ_j² - 1 - log σ_j²)

    Args:
        z_mean: μ, float array of shape `(batch, latent_dim)`, a row for each picture, one row or more.
        z_log_var: log σ², same shape, values from -20 to 20.
        threshold: in nats, greater than 0.

    Returns:
        Bool array of shape `(latent_dim,)`: whether KL_j is less than the threshold.
    """
    raise NotImplementedError("TODO: task 1")


def generate(decoder: Callable, latent_dim: int, count: int, seed: int) -> np.ndarray:
    """Makes new pictures: decodes codes that are drawn from the prior N(0, I).

    Args:
        decoder: any function; `decoder(codes)` takes a float32 array of shape `(count, latent_dim)` and returns one result for
            each row. It is called, and nothing else of it is used.
        latent_dim: the number of latent variables, 1 or more.
        count: how many pictures, 1 or more.
        seed: fixes the codes: the same seed gives the same pictures, and another seed others.

    Returns:
        What the decoder returned: one result for each code, in the order of the codes.
    """
    raise NotImplementedError("TODO: task 2")


def train_vae(
    images: np.ndarray, latent_dim: int, pixel_std: float, epochs: int, seed: int
) -> tuple[Callable, Callable]:
    """Trains an encoder and a decoder by the negative evidence lower bound.

    Kingma and Welling, equation 10 with the sign turned, for Gaussian pixels, without the constant:

        cost = ||x - x̂||² / (2 pixel_std²) + sum_j 1/2 (μ_j² + σ_j² - 1 - log σ_j²)
        x̂ = decoder(μ + σ ε), with ε from N(0, I)

    Networks, optimizer, learning rate and batch size are yours.

    Args:
        images: float32 array of shape `(samples, height, width)`; values are about 0 to 1, and noise may leave that range.
        latent_dim: the number of latent variables, 1 or more.
        pixel_std: the standard deviation of a pixel around x̂, greater than 0.
        epochs: how often each image is used, 1 or more. Both halves learn in each of them.
        seed: fixes everything random: on one machine, the same arguments give the same encoder and decoder.

    Returns:
        `(encoder, decoder)`, both trained, Keras models or any other callables. `encoder(images)` takes a float32 array of
        shape `(batch, height, width)` and returns `(z_mean, z_log_var)`, μ and log σ², both of shape `(batch, latent_dim)`.
        `decoder(codes)` takes a float32 array of shape `(batch, latent_dim)` and returns x̂, of shape
        `(batch, height, width)`. There is no chance in either: each row of a result depends on its row of the argument alone,
        however often and in which order the two are called, and rows that differ give results that differ.
    """
    raise NotImplementedError("TODO: task 3")
