"""`vae` against scikit-learn's probabilistic PCA, SciPy's quadrature and distributions."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import kstest
from scipy.stats import norm
from sklearn.decomposition import PCA


@pytest.fixture
def kata(load):
    return load("generative/vae")


@pytest.mark.parametrize(("mean", "log_variance"), [(0.0, 0.0), (0.1, 0.2), (-2.0, 1.5), (0.3, -3.0)])
def test_divergence_is_the_integral(kata, mean, log_variance):
    code, prior = norm(mean, np.exp(log_variance / 2)), norm()
    expected, _ = quad(lambda z: code.pdf(z) * (code.logpdf(z) - prior.logpdf(z)), -40, 40, points=[mean], limit=200)
    arrays = np.array([[mean]]), np.array([[log_variance]])
    assert not kata.collapsed_units(*arrays, expected - 1e-8)[0]
    assert kata.collapsed_units(*arrays, expected + 1e-8)[0]


@pytest.mark.parametrize("latent_dim", [1, 4])
def test_codes_are_normal(kata, latent_dim):
    codes = kata.generate(lambda z: z, latent_dim, 20_000 // latent_dim, 3)
    assert codes.shape == (20_000 // latent_dim, latent_dim)
    assert kstest(codes.ravel(), norm.cdf).pvalue > 1e-4


def test_linear_data_are_learned_as_by_probabilistic_pca(kata, rng):
    """Pictures that are linear in two factors: the cost comes near to the likelihood, and the other units collapse."""
    patterns, pixel_std = rng.normal(size=(2, 12)) / 2, 0.3
    pixels = rng.normal(size=(2400, 2)) @ patterns + pixel_std * rng.normal(size=(2400, 12))
    images = pixels.reshape(-1, 3, 4).astype("float32")
    encoder, decoder = kata.train_vae(images[:2000], 4, pixel_std, 60, 0)
    z_mean, z_log_var = (np.array(values) for values in encoder(images[2000:]))
    assert kata.collapsed_units(z_mean, z_log_var, 0.05).sum() == 2
    codes = z_mean + np.exp(z_log_var / 2) * rng.normal(size=(50, *z_mean.shape)).astype("float32")
    outputs = np.array(decoder(codes.reshape(-1, 4))).reshape(50, 400, 12)
    log_likelihood = norm(outputs, pixel_std).logpdf(pixels[2000:]).sum(axis=-1).mean()
    bound = log_likelihood - 0.5 * np.mean(np.sum(z_mean**2 + np.exp(z_log_var) - 1 - z_log_var, axis=1))
    best = PCA(2).fit(pixels[:2000]).score(pixels[2000:])
    assert best - 0.8 < bound < best + 0.2
