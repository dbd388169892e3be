"""`latent_map` against scikit-learn's linear and ridge regression, and SciPy's minimiser."""

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import LinearRegression
from sklearn.linear_model import Ridge


@pytest.fixture
def module(load):
    return load("generative/latent_map")


def draw(rng, points, source_dims, target_dims):
    source = rng.normal(2.0, 3.0, size=(points, source_dims))
    target = source @ rng.normal(size=(source_dims, target_dims)) + rng.normal(-5.0, 1.0, size=(points, target_dims))
    return source, target


@pytest.mark.parametrize("shape", [(40, 8, 5), (9, 8, 5), (5, 8, 3), (2, 8, 1), (1, 3, 2), (30, 1, 1), (8, 8, 8)])
def test_is_linear_regression(module, rng, shape):
    """Few points included, for which scikit-learn centres and takes the smallest matrix as well."""
    source, target = draw(rng, *shape)
    matrix, bias = module.fit_latent_map(source, target)
    model = LinearRegression().fit(source, target)
    np.testing.assert_allclose(matrix, model.coef_.T, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(bias, model.intercept_, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("l2", [1e-4, 0.3, 50.0])
@pytest.mark.parametrize("shape", [(40, 8, 5), (5, 8, 3), (1, 3, 2)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_is_ridge_regression(module, rng, l2, shape, dtype):
    source, target = (codes.astype(dtype) for codes in draw(rng, *shape))
    matrix, bias = module.fit_latent_map(source, target, l2)
    model = Ridge(l2, solver="svd").fit(source.astype(float), target.astype(float))
    np.testing.assert_allclose(matrix, model.coef_.T, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(bias, model.intercept_, rtol=1e-3, atol=1e-3)


def test_is_the_minimum(module, rng):
    source, target = draw(rng, 6, 3, 2)

    def loss(parameters):
        matrix, bias = parameters[:6].reshape(3, 2), parameters[6:]
        return np.sum((source @ matrix + bias - target) ** 2) + 0.7 * np.sum(matrix**2)

    matrix, bias = module.fit_latent_map(source, target, 0.7)
    expected = minimize(loss, np.zeros(8), tol=1e-10).x
    np.testing.assert_allclose(np.concatenate([matrix.ravel(), bias]), expected, atol=1e-3)
