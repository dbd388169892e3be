"""Generative adversarial network: train one on points of the plane, and count what it has learned."""

from collections.abc import Callable

import numpy as np


def mode_coverage(samples: np.ndarray, centers: np.ndarray, std: float, least: int = 1) -> tuple[int, float]:
    """Counts the modes that a generator covers, and the share of its samples that are good.

    A. Srivastava et al., "VEEGAN: Reducing Mode Collapse in GANs using Implicit Variational Learning", NeurIPS 2017, arXiv
    1705.07761; there, too, a sample is good within three deviations, and one good sample is enough.

        a sample is good:    distance to the nearest center <= 3 std
        a mode is covered:   number of good samples that are nearest to its center >= least

    Args:
        samples: float array of shape `(samples, dims)`, one row or more.
        centers: float array of shape `(modes, dims)`, one row or more. They may be so near to each other that a sample lies
            within 3 std of several; it belongs to the nearest. No sample is as near to one as to another.
        std: the standard deviation of each mode in each direction, greater than 0.
        least: 1 or more.

    Returns:
        `(covered, quality)`: the number of modes that are covered, an integer, and the share of all samples that are good, a
        float from 0 to 1.
    """
    raise NotImplementedError("TODO: task 1")


def train_gan(points: np.ndarray, latent_dim: int, steps: int, seed: int) -> Callable:
    """Trains a generator against a discriminator, in turn, and returns the generator.

    I. Goodfellow et al., "Generative Adversarial Networks", arXiv 1406.2661, algorithm 1 with one step of the discriminator
    for each step of the generator. Batch size, networks, optimizers, learning rates and losses are yours.

    Args:
        points: float32 array of shape `(samples, 2)`, with a mean and a size of any kind; at least 200 rows.
        latent_dim: the number of latent variables, 1 or more.
        steps: how many steps each of the two networks takes, 1 or more. Both learn in each of them.
        seed: fixes everything random: on one machine, the same arguments give the same generator.

    Returns:
        The trained generator, a Keras model or any other callable: `generator(noise)` takes a float32 array of shape
        `(batch, latent_dim)`, whose entries are standard normal, and returns an array of shape `(batch, 2)`, points on the
        scale of `points`. There is no other chance in it: each row of the result depends on its row of noise alone, is another
        one for other noise, and moves little if the noise moves little, as the output of a network does. Its samples are new,
        not copies of `points`.
    """
    raise NotImplementedError("TODO: task 2")
