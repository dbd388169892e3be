"""`vae_losses` against SciPy's quadrature and distributions, Keras' losses and published values of the divergence."""

import keras
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import bernoulli
from scipy.stats import norm


@pytest.fixture
def kata(load):
    return load("generative/vae_losses")


@pytest.mark.parametrize(("mean", "log_variance"), [(0.0, 0.0), (1.0, 0.0), (-2.0, 1.5), (0.3, -3.0), (5.0, 2.0)])
def test_divergence_is_the_integral(kata, mean, log_variance):
    code, prior = norm(mean, np.exp(log_variance / 2)), norm()
    expected, _ = quad(lambda z: code.pdf(z) * (code.logpdf(z) - prior.logpdf(z)), -40, 40, points=[mean], limit=200)
    returned = kata.kl_divergence(np.array([[mean]]), np.array([[log_variance]]))
    np.testing.assert_allclose(returned, [expected], atol=1e-8)


@pytest.mark.parametrize("shape", [(1, 1), (5, 3), (2, 64)])
def test_samples_and_divergence_have_one_distribution(kata, rng, shape):
    mean, log_variance = rng.normal(size=(2, *shape))
    noise = rng.normal(size=(200_000, *shape)) if shape == (1, 1) else rng.normal(size=(4000, *shape))
    samples = np.array(kata.reparameterize(mean, log_variance, noise))
    inside = norm(mean, np.exp(log_variance / 2))
    gains = (inside.logpdf(samples) - norm.logpdf(samples)).sum(axis=-1)
    error = 5 * gains.std(axis=0) / np.sqrt(len(noise)) + 1e-9
    assert np.all(np.abs(gains.mean(axis=0) - kata.kl_divergence(mean, log_variance)) < error)


@pytest.mark.parametrize("shape", [(1, 1), (3, 8, 8), (2, 5, 4, 3)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_reconstruction_is_that_of_keras(kata, rng, shape, dtype):
    inputs, outputs = rng.uniform(size=shape).astype(dtype), (5 * rng.normal(size=shape)).astype(dtype)
    flat = [array.reshape(shape[0], -1) for array in (inputs, outputs)]
    pixels = flat[0].shape[1]
    squares = pixels * np.array(keras.losses.mean_squared_error(*flat))
    entropies = pixels * np.array(keras.losses.binary_crossentropy(*flat, from_logits=True))
    np.testing.assert_allclose(kata.reconstruction_loss(inputs, outputs, "squared_error"), squares, rtol=1e-5)
    np.testing.assert_allclose(kata.reconstruction_loss(inputs, outputs, "cross_entropy"), entropies, rtol=1e-5)


def test_loss_is_the_negative_bound_for_bernoulli_pixels(kata, rng):
    inputs, outputs = rng.integers(2, size=(6, 10)).astype(float), rng.normal(size=(6, 10))
    mean, log_variance = rng.normal(size=(2, 6, 3))
    log_likelihood = bernoulli.logpmf(inputs, 1 / (1 + np.exp(-outputs))).sum(axis=1)
    bound = log_likelihood - np.array(kata.kl_divergence(mean, log_variance))
    returned = kata.vae_loss(inputs, outputs, mean, log_variance, "cross_entropy")
    np.testing.assert_allclose(returned, -bound.mean())
