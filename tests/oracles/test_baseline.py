"""`baseline` against SciPy's minimiser, covariances by NumPy, and derivatives by TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import optimize
from scipy import special
from scipy import stats


def test_best_baseline_is_where_scipy_finds_the_least_variance(load, rng):
    baseline = load("reinforcement/baseline")
    for actions in (2, 4):
        logits, q = rng.normal(size=actions), rng.normal(size=actions)
        found = optimize.minimize_scalar(lambda b, logits=logits, q=q: baseline.variance(logits, q, b), tol=1e-12)
        assert baseline.best_baseline(logits, q) == pytest.approx(found.x, abs=1e-5)


def test_variance_is_the_trace_of_a_covariance(load, rng):
    logits, q = rng.normal(size=3), rng.normal(size=3)
    policy = special.softmax(logits)
    vectors = (q - 0.4)[:, None] * (np.eye(3) - policy)
    expected = np.trace(np.cov(vectors.T, aweights=policy, ddof=0))
    assert load("reinforcement/baseline").variance(logits, q, 0.4) == pytest.approx(expected)


def test_estimate_with_derivatives_by_tensorflow(load, rng):
    theta, values = rng.normal(size=(4, 3)), rng.normal(size=4)
    s_t, a_t, return_t = [0, 3, 3, 1], [2, 0, 1, 1], rng.normal(size=4)
    table = tf.Variable(theta)
    with tf.GradientTape() as tape:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(a_t, tf.gather(table, s_t))
        total = -tf.reduce_sum(losses * (return_t - values[s_t]))
    expected = tf.convert_to_tensor(tape.gradient(total, table)).numpy()
    returned = load("reinforcement/baseline").gradient_estimate(theta, s_t, a_t, return_t.tolist(), values)
    np.testing.assert_allclose(returned, expected)


def test_state_baseline_is_a_binned_mean(load, rng):
    s_t, return_t = rng.integers(5, size=200), rng.normal(size=200)
    expected, _, _ = stats.binned_statistic(s_t, return_t, "mean", bins=np.arange(-0.5, 5))
    returned = load("reinforcement/baseline").state_baseline(s_t.tolist(), return_t.tolist(), 5)
    np.testing.assert_allclose(returned, expected)
