"""Latent variable model: the probability of an image, from a generator that can only make images."""

from collections.abc import Callable

import numpy as np


def log_likelihood(inputs: np.ndarray, means: np.ndarray, std: float) -> np.ndarray:
    """Computes the log-density of inputs under Gaussians around the images that a generator has made.

    C. Doersch, "Tutorial on Variational Autoencoders", arXiv 1606.05908, section 1.1: P(X|z) = N(X; g(z), std² I). For one
    input x and one mean m, with d entries each, and the natural logarithm:

        log N(x; m, std² I) = - sum_j (x_j - m_j)² / (2 std²) - d log(std) - (d / 2) log(2 π)

    Args:
        inputs: float array of shape `(batch, d)`, the images; values from -1000 to 1000.
        means: float array of shape `(samples, d)`, what the generator made of each z; values from -1000 to 1000.
        std: the standard deviation of every pixel, a number from 0.001 to 1000.

    Returns:
        Float array of shape `(samples, batch)`: row i, column b belongs to mean i and input b. A density may be greater than
        1, and its logarithm positive. With inputs and means that differ by little compared to their size, the result is
        as precise as the differences are.
    """
    raise NotImplementedError("TODO: task 1")


def log_evidence(log_likelihoods: np.ndarray) -> np.ndarray:
    """Averages probabilities that are given by their logarithms, column by column.

    Doersch, section 2: P(X) ≈ 1/n sum_i P(X|z_i). With a_i = log P(X|z_i) and the natural logarithm this is

        log P(X) ≈ log(1/n sum_i exp(a_i))

    The result is precise wherever the entries are: exp(a_i) may be far too small or too large for a float.

    Ready-made functions, `logsumexp`, `log_softmax` and `logaddexp` of any library, are off limits.

    Args:
        log_likelihoods: float array of shape `(samples, batch)`, both at least 1: row i belongs to z_i. Entries from -100 000
            to 100 000, or -inf for a probability of 0.

    Returns:
        Float array of shape `(batch,)`: one number for each column. It is -inf where all entries of a column are, and finite
        otherwise.
    """
    raise NotImplementedError("TODO: task 2")


def estimate_log_evidence(
    inputs: np.ndarray,
    generator: Callable[[np.ndarray], np.ndarray],
    latent_dim: int,
    samples: int,
    std: float,
    seed: int,
) -> np.ndarray:
    """Estimates how probable inputs are to a generator, by asking it for many images.

    Doersch, equation 1 and section 2. The prior P(z) is the standard normal distribution N(0, I) in `latent_dim` dimensions,
    and P(X|z) is N(X; generator(z), std² I), as in `log_likelihood`.

    Draws z_1, ..., z_n from the prior, each coordinate of each of them independently of all others, and returns
    log(1/n sum_i P(X|z_i)). All inputs of the batch are compared with the same n vectors.

    Args:
        inputs: float array of shape `(batch, d)`.
        generator: takes latent vectors, a float array of shape `(k, latent_dim)`, and returns their images, a float array of
            shape `(k, d)`. Row by row it is a function of z: nothing in it is random. In all it gets exactly `samples`
            vectors, in one call or in several, and every vector that it gets takes part in the mean.
        latent_dim: the number of latent variables, at least 1.
        samples: n, at least 1.
        std: the standard deviation of every pixel, a number from 0.001 to 1000.
        seed: an integer, 0 or more, which alone decides what is drawn: the same seed gives the same vectors, and a different
            seed gives different ones.

    Returns:
        Float array of shape `(batch,)`: the estimate of log P(X) for each input.
    """
    raise NotImplementedError("TODO: task 3")
