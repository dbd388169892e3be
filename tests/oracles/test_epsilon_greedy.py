"""`epsilon_greedy` against Keras' schedule and SciPy's distributions."""

import keras
import numpy as np
import pytest
from scipy import stats


@pytest.mark.parametrize(("start", "end"), [(1.0, 0.1), (0.2, 0.8)])
def test_schedule_is_polynomial_decay_of_keras(load, start, end):
    schedule = keras.optimizers.schedules.PolynomialDecay(start, 50, end, power=1.0)
    epsilon_at = load("reinforcement/epsilon_greedy").epsilon_at
    for step in (0, 1, 25, 49, 50, 51, 400):
        assert epsilon_at(step, start, end, 50) == pytest.approx(float(schedule(step)), abs=1e-6)


def test_probabilities_are_a_mixture_of_distributions(load, rng):
    q = rng.normal(size=(6, 4))
    probabilities = load("reinforcement/epsilon_greedy").action_probabilities(q, 0.3)
    for row, values in zip(probabilities, q, strict=True):
        uniform = stats.randint(0, 4).pmf(np.arange(4))
        greedy = stats.randint(values.argmax(), values.argmax() + 1).pmf(np.arange(4))
        np.testing.assert_allclose(row, 0.3 * uniform + 0.7 * greedy)


def test_draws_fit_the_probabilities(load):
    epsilon_greedy = load("reinforcement/epsilon_greedy")
    q = np.tile([0.0, 2.0, 2.0, 1.0], (4000, 1))
    counts = np.bincount(epsilon_greedy.epsilon_greedy(q, 0.4, np.random.default_rng(1)), minlength=4)
    expected = 4000 * epsilon_greedy.action_probabilities(q[:1], 0.4)[0]
    assert stats.chisquare(counts, expected).pvalue > 1e-3
