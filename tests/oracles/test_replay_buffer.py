"""`replay_buffer` against Python's deque, which forgets by itself, and SciPy's test of what is drawn."""

from collections import deque

import numpy as np
import pytest
from scipy import stats


@pytest.mark.parametrize("capacity", [1, 3, 8])
def test_contents_are_those_of_a_deque(load, rng, capacity):
    buffer = load("reinforcement/replay_buffer").ReplayBuffer(capacity, (2,), "float32")
    model = deque(maxlen=capacity)
    for step in range(20):
        transition = (rng.random(2), step, step / 4, rng.random(2), bool(step % 3))
        model.append(transition)
        buffer.add(*transition)
        order = np.argsort(buffer.stored()[1])
        assert buffer.size == len(model)
        for field, values in zip(buffer.stored(), zip(*model, strict=True), strict=True):
            np.testing.assert_allclose(field[order], values, rtol=1e-6)


@pytest.mark.parametrize("added", [3, 5, 13])
def test_draws_are_uniform(load, rng, added):
    buffer = load("reinforcement/replay_buffer").ReplayBuffer(5, (), "int64")
    for step in range(added):
        buffer.add(step, step, 0.0, step + 1, False)
    s_tm1, a_tm1, _, s_t, _ = buffer.sample(5000, rng)
    steps, counts = np.unique(a_tm1, return_counts=True)
    assert steps.tolist() == list(range(max(0, added - 5), added))
    assert stats.chisquare(counts).pvalue > 1e-3
    np.testing.assert_array_equal(s_tm1 + 1, s_t)
