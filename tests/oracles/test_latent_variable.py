"""`latent_variable` against SciPy's log-sum-exp and densities, and the exact evidence of scikit-learn's factor analysis."""

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal
from sklearn.decomposition import FactorAnalysis


@pytest.fixture
def kata(load):
    return load("generative/latent_variable")


@pytest.mark.parametrize(("samples", "batch", "d"), [(4, 3, 5), (1, 1, 1), (2, 6, 64)])
@pytest.mark.parametrize("std", [0.001, 0.3, 1000.0])
def test_log_likelihood_is_that_of_scipy(kata, rng, samples, batch, d, std):
    inputs, means = rng.normal(size=(batch, d)), rng.normal(size=(samples, d))
    expected = [[multivariate_normal.logpdf(x, m, std**2 * np.eye(d)) for x in inputs] for m in means]
    np.testing.assert_allclose(kata.log_likelihood(inputs, means, std), expected, rtol=1e-10)


@pytest.mark.parametrize("shape", [(7, 4), (1, 3), (3000, 1)])
@pytest.mark.parametrize("scale", [1.0, 1000.0, 100_000.0])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_log_evidence_is_that_of_scipy(kata, rng, shape, scale, dtype):
    values = (scale * rng.normal(size=shape)).astype(dtype)
    expected = logsumexp(values.astype("float64"), axis=0) - np.log(shape[0])
    np.testing.assert_allclose(kata.log_evidence(values), expected, rtol=1e-6, atol=1e-5)


def test_impossible_samples_as_scipy_has_them(kata):
    values = np.array([[-np.inf, -np.inf, 2.0], [1.0, -np.inf, -np.inf]])
    np.testing.assert_allclose(kata.log_evidence(values), logsumexp(values, axis=0) - np.log(2))


@pytest.mark.parametrize(("latent_dim", "d"), [(1, 3), (2, 6), (3, 4)])
def test_estimate_comes_near_the_evidence_of_factor_analysis(kata, rng, latent_dim, d):
    loadings, std = rng.normal(size=(latent_dim, d)), 0.8
    inputs = rng.normal(size=(5, latent_dim)) @ loadings + std * rng.normal(size=(5, d))
    exact = FactorAnalysis(latent_dim).fit(inputs)
    exact.components_, exact.noise_variance_, exact.mean_ = loadings, np.full(d, std**2), np.zeros(d)
    returned = kata.estimate_log_evidence(inputs, lambda z: np.array(z) @ loadings, latent_dim, 200_000, std, 0)
    np.testing.assert_allclose(returned, exact.score_samples(inputs), atol=0.1)
