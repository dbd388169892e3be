"""`discounted_return` against SciPy's recursive filter and the published values of rlax' own tests."""

import numpy as np
import pytest
from scipy import signal


@pytest.mark.parametrize("discount", [0.0, 0.5, 0.99, 1.0])
def test_returns_are_those_of_a_filter(load, rng, discount):
    r_t = rng.normal(size=500)
    terminated_t = np.arange(500) == 499
    returned = load("reinforcement/discounted_return").discounted_returns(
        r_t, terminated_t, np.zeros(500, dtype=bool), np.zeros(500), discount
    )
    np.testing.assert_allclose(returned, signal.lfilter([1.0], [1.0, -discount], r_t[::-1])[::-1])


@pytest.mark.parametrize(
    ("r_t", "discount_t", "v_t", "expected"),
    [
        ([1.0, 0.0, -1.0, 0.0, 1.0], [0.5, 0.9, 1.0, 0.5, 0.8], 3.0, [1.315, 0.63, 0.7, 1.7, 3.4]),
        ([0.5, 0.8, -0.7, 0.0, 2.1], [0.9, 0.5, 0.3, 0.8, 0.7], 2.7, [1.33592, 0.9288, 0.2576, 3.192, 3.99]),
    ],
)
def test_values_of_rlax(load, r_t, discount_t, v_t, expected):
    # https://github.com/google-deepmind/rlax, rlax/_src/multistep_test.py, DiscountedReturnsTest. Its discount differs from
    # step to step, so each step is a call of its own, with the return of the next one as the value that follows.
    discounted_returns = load("reinforcement/discounted_return").discounted_returns
    following, returned = v_t, []
    for reward, discount in zip(reversed(r_t), reversed(discount_t), strict=True):
        flags = np.zeros(1, dtype=bool)
        (following,) = discounted_returns(np.array([reward]), flags, flags, np.array([following]), discount)
        returned.append(following)
    assert returned[::-1] == pytest.approx(expected)
