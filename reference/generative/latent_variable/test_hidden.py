"""What `log_likelihood`, `log_evidence` and `estimate_log_evidence` must do."""

from statistics import NormalDist

import numpy as np
import pytest

from grader.testing import Recorder
from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_seeded
from grader.testing import assert_shape
from grader.testing import assert_uniform
from grader.testing import check

PAIRS = "Compare every mean with every input: rows belong to means, columns to inputs."
DENSITY = "Each entry has the density of N(m, std²): the square over 2 std², and its own log(std) and ½ log(2π)."
CONSTANT = "The constant is -d log(std) - (d / 2) log(2π): one for each of the d entries."
CLOSE_BY = "Subtract before you square: x² - 2xm + m² loses the digits in which x and m differ."
MEAN = "It is the logarithm of a mean: exponentiate, average over the samples of the column, then take the logarithm."
SHIFT = "Take exp(m) out of the sum, where m is the largest entry of the same column: exp then sees 0 and less."
IMPOSSIBLE = "exp(-inf) is 0, a sample like any other in the mean; only -inf - (-inf) must not happen."
COUNT = "Draw `samples` vectors of `latent_dim` numbers, the same for all inputs, and give each to the generator once."
PRIOR = "Draw from the standard normal distribution: mean 0, standard deviation 1, whatever `std` is."
APART = "Draw each coordinate of each vector independently."
COMBINE = "Average P(X|z) over the vectors that the generator got, nothing more: z was drawn from P(z) already."


def log_densities(inputs, means, std):
    """The logarithm of N(x; m, std² I), every mean with every input, as one quadratic form for each pair."""
    inputs, means = np.asarray(inputs, dtype=float), np.asarray(means, dtype=float)
    distances = np.linalg.norm(inputs[None] - means[:, None], axis=-1)
    return -(distances**2) / (2 * std**2) - inputs.shape[1] * np.log(2 * np.pi * std**2) / 2


def mean_in_log_space(values):
    return np.logaddexp.reduce(values, axis=0) - np.log(len(values))


class Curve:
    """A generator that bends the latent space into `d` dimensions, and remembers what it was asked."""

    def __init__(self, rng, latent_dim, d):
        self.slopes, self.latent_dim = rng.normal(size=(latent_dim, d)), latent_dim
        self.recorder = Recorder(self.images, "generator")

    def images(self, latents):
        found = assert_shape(latents, (None, self.latent_dim), name="what the generator got", next_step=COUNT)
        return np.tanh(found @ self.slopes) + 0.1 * found.sum(axis=1, keepdims=True)

    def latents(self, samples):
        """All the vectors that it was asked for."""
        asked = [np.reshape(latents, (-1, self.latent_dim)) for (latents,) in self.recorder.calls]
        vectors = np.concatenate(asked or [np.empty((0, self.latent_dim))]).astype(float)
        check(len(vectors) == samples, f"The generator got {len(vectors)} vectors, not {samples}.", next_step=COUNT)
        return vectors


def estimate(submission, rng, shape, latent_dim, samples, std=1.0, seed=0):
    """What the submission estimates, for which inputs, with which generator, and the latent vectors that it has drawn."""
    generator, inputs = Curve(rng, latent_dim, shape[1]), rng.normal(size=shape)
    returned = submission.estimate_log_evidence(inputs, generator.recorder, latent_dim, samples, std, seed)
    return returned, inputs, generator, generator.latents(samples)


@pytest.mark.task(1)
def test_density_by_hand(submission):
    """Computes the log-density of two inputs under one mean."""
    returned = submission.log_likelihood(np.array([[3.0, 4.0], [0.0, 0.0]]), np.array([[0.0, 0.0]]), 1.0)
    assert_close(returned, [[-14.337877, -1.837877]], next_step=DENSITY)


@pytest.mark.task(1)
@pytest.mark.parametrize(
    ("means", "inputs"), [((4, 5), (3, 5)), ((1, 2), (6, 2)), ((5, 1), (1, 1)), ((3, 3), (3, 3)), ((2, 784), (2, 784))]
)
def test_every_mean_meets_every_input(submission, rng, means, inputs):
    """Compares means of shape `means` with inputs of shape `inputs`, each with each."""
    means, inputs, std = rng.normal(size=means), rng.normal(size=inputs), float(rng.uniform(0.4, 0.9))
    returned = submission.log_likelihood(inputs, means, std)
    returned = assert_shape(returned, (len(means), len(inputs)), name="the log-densities", next_step=PAIRS)
    expected = log_densities(inputs, means, std)
    assert_close(returned, expected, next_step=CONSTANT if np.ptp(returned - expected) < 1e-4 else DENSITY)


@pytest.mark.task(1)
@pytest.mark.parametrize("std", [0.001, 0.05, 20.0, 1000.0])
def test_standard_deviation(submission, rng, std):
    """Computes densities, also above 1, where the standard deviation is `std`."""
    inputs = rng.normal(size=(4, 9))
    means = inputs[:3] + std * rng.normal(size=(3, 9))
    assert_close(submission.log_likelihood(inputs, means, std), log_densities(inputs, means, std), next_step=DENSITY)


@pytest.mark.task(1)
def test_large_values_close_together(submission, rng):
    """Keeps its precision where inputs and means are near 1000 and differ by little."""
    inputs, means = (1000 - rng.integers(1, 16, size=(rows, 20)) / 16 for rows in (4, 3))
    returned = assert_finite(submission.log_likelihood(inputs, means, 0.25), (3, 4))
    assert_close(returned, log_densities(inputs, means, 0.25), next_step=CLOSE_BY)


@pytest.mark.task(2)
def test_mean_by_hand(submission):
    """Averages probabilities, column by column."""
    returned = submission.log_evidence(np.log([[0.1, 0.5, 0.3], [0.3, 0.1, 0.3]]))
    assert_close(returned, np.log([0.2, 0.3, 0.3]), next_step=MEAN)


@pytest.mark.task(2)
@pytest.mark.parametrize("shape", [(6, 2), (1, 4), (5, 1), (1, 1), (3, 3), (2000, 7)])
def test_mean_of_probabilities(submission, rng, shape):
    """Averages over the rows of an array of shape `shape`."""
    values = rng.normal(-1.0, 2.0, size=shape)
    returned = assert_shape(submission.log_evidence(values), shape[1:], name="the result")
    assert_close(returned, np.log(np.mean(np.exp(values), axis=0)), next_step=MEAN)


@pytest.mark.task(2)
@pytest.mark.parametrize("place", [-100_000, -2000, -120, 800, 100_000])
def test_far_from_zero(submission, rng, place):
    """Stays finite and precise where all log-likelihoods are near `place`."""
    values = np.round(float(place) + 4 * rng.normal(size=(9, 3)))
    returned = assert_finite(submission.log_evidence(values), (3,), name="the result", next_step=SHIFT)
    # float32 steps by 0.008 at 100 000.
    assert_close(returned, mean_in_log_space(values), rtol=2e-7, atol=1e-3, next_step=MEAN)


@pytest.mark.task(2)
def test_columns_of_different_size(submission, rng):
    """Treats each column on its own, where one has tiny densities and another huge ones."""
    values = np.round(np.array([-2000.0, 0.0, 900.0, -150.0]) + 2 * rng.normal(size=(8, 4)))
    returned = assert_finite(submission.log_evidence(values), (4,), name="the result", next_step=SHIFT)
    assert_close(returned, mean_in_log_space(values), rtol=1e-6, atol=1e-4, next_step=SHIFT)


@pytest.mark.task(2)
def test_one_sample_decides(submission):
    """Gives the largest minus log n where all other samples are far less likely."""
    values = np.array([[-3000.0, -1.0], [-5.0, -9000.0], [-4000.0, -8000.0], [-2500.0, -7000.0]])
    returned = assert_finite(submission.log_evidence(values), (2,), name="the result", next_step=SHIFT)
    assert_close(returned, [-5 - np.log(4), -1 - np.log(4)], next_step=MEAN)


@pytest.mark.task(2)
def test_impossible_samples(submission):
    """Counts samples of probability 0, and gives -inf where there is nothing else."""
    values = np.array([[-np.inf, -np.inf, np.log(0.4)], [np.log(0.6), -np.inf, -np.inf]])
    assert_close(submission.log_evidence(values), [np.log(0.3), -np.inf, np.log(0.2)], next_step=IMPOSSIBLE)


@pytest.mark.task(3)
@pytest.mark.parametrize(
    ("shape", "latent_dim", "samples", "std"),
    [((3, 6), 2, 40, 0.5), ((4, 3), 1, 1, 1.0), ((1, 64), 5, 300, 0.05), ((2, 4), 3, 2500, 1000.0)],
)
def test_estimates_from_what_it_draws(submission, rng, shape, latent_dim, samples, std):
    """Estimates for inputs of shape `shape`, with latent_dim=`latent_dim`, samples=`samples` and std=`std`."""
    seed = int(rng.integers(2**31 - 1))
    returned, inputs, generator, latents = estimate(submission, rng, shape, latent_dim, samples, std, seed)
    assert_shape(returned, shape[:1], name="the estimate")
    values = log_densities(inputs, images := generator.images(latents), std)
    prior = log_densities(latents, np.zeros((1, latent_dim)), 1.0).T
    others = {
        "the prior a second time": mean_in_log_space(values + prior),
        "the mean image": log_densities(inputs, [images.mean(axis=0)], std)[0],
    }
    tag = next((name for name, other in others.items() if np.allclose(returned, other, rtol=1e-4)), None)
    assert_close(returned, mean_in_log_space(values), rtol=1e-5, atol=1e-4, next_step=COMBINE, tag=tag)


@pytest.mark.task(3)
@pytest.mark.parametrize("std", [0.2, 3.0])
def test_draws_from_the_prior(submission, rng, std):
    """Draws latent vectors from the standard normal distribution, even with a standard deviation of `std` for a pixel."""
    latents = estimate(submission, rng, (1, 2), 3, 4000, std, seed=int(rng.integers(1000)))[-1]
    for latent in latents.T:
        shares = [NormalDist().cdf(value) for value in latent]  # These are uniform if the latent is standard normal.
        tag = f"mean {latent.mean():.1f}, deviation {latent.std():.1f}"
        assert_uniform(np.histogram(shares, bins=20, range=(0, 1))[0], next_step=PRIOR, tag=tag)


@pytest.mark.task(3)
def test_draws_are_independent(submission, rng):
    """Draws the coordinates of a vector, and one vector after another, independently."""
    latents = estimate(submission, rng, (1, 2), 3, 4000, seed=int(rng.integers(1000)))[-1]
    check(len(np.unique(latents, axis=0)) == 4000, "Some latent vectors came more than once.", next_step=APART)
    for values in (latents, latents**2):
        neighbours = np.concatenate([values[1:], values[:-1]], axis=1)
        largest = np.max(np.abs(np.corrcoef(neighbours, rowvar=False) - np.eye(6))[:, :3])
        # The standard deviation of a correlation of independent values is 0.016.
        problem = f"Two coordinates, or two vectors in a row, have a correlation of {largest:.2f} or -{largest:.2f}."
        check(largest < 0.1, problem, next_step=APART, tag="the same" if largest > 0.99 else None)


@pytest.mark.task(3)
def test_seed_decides(submission, rng):
    """Draws the same vectors with the same seed, and different ones with a different seed."""
    for seed in (0, int(rng.integers(1, 10**6))):
        assert_seeded(lambda number: estimate(submission, rng, (2, 3), 2, 30, seed=number)[-1], seed)
