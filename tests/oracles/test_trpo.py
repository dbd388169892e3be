"""`trpo` against SciPy's entropy and conjugate gradients, and against derivatives by TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import special
from scipy import stats
from scipy.sparse import linalg


def test_divergence_is_that_of_scipy(load, rng):
    old, new = rng.normal(scale=3.0, size=(2, 9, 4))
    expected = stats.entropy(special.softmax(old, axis=1), special.softmax(new, axis=1), axis=1).mean()
    assert load("reinforcement/trpo").mean_kl(old, new) == pytest.approx(expected)


@pytest.mark.parametrize("iterations", [1, 3, 8])
def test_iterations_are_those_of_scipy(load, rng, iterations):
    root, b = rng.normal(size=(8, 8)), rng.normal(size=8)
    matrix = root @ root.T + np.eye(8)
    expected, _ = linalg.cg(matrix, b, rtol=0.0, atol=1e-12, maxiter=iterations)
    x = load("reinforcement/trpo").conjugate_gradient(lambda v: matrix @ v, b, iterations, 1e-12)
    np.testing.assert_allclose(x, expected, rtol=1e-6)


def test_step_with_derivatives_by_tensorflow(load, rng):
    # A softmax policy that is linear in features; gradient and H v by automatic differentiation.
    trpo = load("reinforcement/trpo")
    features, actions = rng.normal(size=(50, 4)), rng.integers(3, size=50)
    advantages, theta = rng.normal(size=50), rng.normal(size=12)

    def logits_of(parameters):
        return tf.constant(features) @ tf.reshape(parameters, (4, 3))

    def log_probs_of(parameters):
        return tf.gather(tf.nn.log_softmax(logits_of(parameters)), actions, batch_dims=1)

    def objective(parameters):
        return trpo.surrogate(np.array(log_probs_of(parameters)), np.array(log_probs_of(theta)), advantages)

    def kl(parameters):
        return trpo.mean_kl(np.array(logits_of(theta)), np.array(logits_of(parameters)))

    def product(v):
        variable = tf.Variable(theta)
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                old = tf.nn.log_softmax(logits_of(tf.constant(theta)))
                divergences = tf.exp(old) * (old - tf.nn.log_softmax(logits_of(variable)))
                divergence = tf.reduce_mean(tf.reduce_sum(divergences, axis=1))
            slope = tf.reduce_sum(inner.gradient(divergence, variable) * v)
        return np.array(outer.gradient(slope, variable))

    variable = tf.Variable(theta)
    with tf.GradientTape() as tape:
        gain = tf.reduce_mean(tf.exp(log_probs_of(variable) - log_probs_of(theta)) * advantages)
    gradient = np.array(tape.gradient(gain, variable))
    new = trpo.trpo_step(theta, objective, kl, gradient, product, 0.01)
    assert 0.0025 < kl(new) <= 0.01
    assert objective(new) > objective(theta)
