"""`normalizing_flow` against TensorFlow's Jacobians, SciPy's densities, and integrals over a grid."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats


@pytest.fixture
def module(load):
    return load("generative/normalizing_flow")


def make_flow(module, dims, count):
    keras.utils.set_random_seed(dims)
    couplings = []
    for number in range(count):
        keep = ["first", "second"][number % 2]
        rest = dims - dims // 2 if keep == "first" else dims // 2
        hidden = keras.layers.Dense(5, activation="tanh")
        last = keras.layers.Dense(2 * rest, kernel_initializer=keras.initializers.RandomNormal(stddev=0.4))
        couplings.append(module.AffineCoupling(keras.Sequential([hidden, last]), keep))
    return module.Flow(couplings)


@pytest.mark.parametrize(("dims", "count"), [(2, 1), (3, 2), (5, 4)])
def test_determinant_is_that_of_the_jacobian(module, rng, dims, count):
    flow, x = make_flow(module, dims, count), tf.constant(rng.normal(size=(6, dims)), dtype="float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        z, log_det = flow(x)
    expected = np.linalg.slogdet(tape.batch_jacobian(z, x)).logabsdet
    np.testing.assert_allclose(log_det, expected, atol=1e-4)
    np.testing.assert_allclose(flow.inverse(z), x, atol=1e-4)
    density = stats.multivariate_normal(np.zeros(dims)).logpdf(np.array(z)) + expected
    np.testing.assert_allclose(flow.log_prob(x), density, rtol=1e-4, atol=1e-4)


def test_density_integrates_to_one(module):
    flow, line = make_flow(module, 2, 4), np.linspace(-30, 30, 1201)
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2).astype("float32")
    density = np.exp(np.array(flow.log_prob(grid), dtype=float))
    assert density.sum() * (line[1] - line[0]) ** 2 == pytest.approx(1.0, abs=0.01)


def test_samples_have_the_density(module, rng):
    """A normal distribution is known in closed form: one coupling with constant numbers makes another of it."""
    conditioner = keras.layers.Dense(2, kernel_initializer="zeros")
    conditioner.build((None, 1))
    conditioner.bias.assign([np.log(2.0), -3.0])
    flow = module.Flow([module.AffineCoupling(conditioner, "second")])
    samples = np.array(flow.inverse(rng.normal(size=(4000, 2)).astype("float32")))
    assert stats.kstest(samples[:, 0], stats.norm(1.5, 0.5).cdf).pvalue > 1e-3
    expected = stats.norm(1.5, 0.5).logpdf(samples[:, 0]) + stats.norm.logpdf(samples[:, 1])
    np.testing.assert_allclose(flow.log_prob(samples), expected, rtol=1e-4, atol=1e-4)
