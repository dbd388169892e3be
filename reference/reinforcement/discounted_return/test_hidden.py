"""What `discounted_returns` must do."""

import numpy as np
import pytest

from grader.testing import Mismatch
from grader.testing import assert_close

BY_HAND = "Begin at the end: the return of a step is its reward plus the discount times the return of the next step."
ENDS = "Decide for each step what follows it: nothing after a terminal state, `v_t` after a cut, else the next return."
ONCE = "Look at every step once, from the last to the first, and write each return to its place."
UNTIMED = "The sizes fit: compare a short episode with your own computation first."


def expected_returns(r_t, terminated_t, truncated_t, v_t, discount):
    """Every return as a sum of its own over the rewards until the end of its episode."""
    ends = np.flatnonzero(terminated_t | truncated_t)
    returns = []
    for step in range(len(r_t)):
        end = min([*ends[ends >= step], len(r_t) - 1])
        powers = float(discount) ** np.arange(end - step + 2)
        tail = 0.0 if terminated_t[end] else v_t[end]
        returns.append(float(np.append(r_t[step : end + 1], tail) @ powers))
    return returns


def call(submission, r_t, *, terminated=(), truncated=(), v_t=None, discount=0.5):
    """Calls the submission with ends at the given steps."""
    steps = np.arange(len(r_t))
    values = np.zeros(len(r_t)) if v_t is None else np.array(v_t)
    return submission.discounted_returns(
        np.array(r_t), np.isin(steps, terminated), np.isin(steps, truncated), values, discount
    )


@pytest.mark.task(1)
def test_discounts_what_comes_later(submission):
    """Adds the discounted return of the next step to each reward; a single step has its reward."""
    returned = call(submission, [8.0, 4.0, 2.0, 16.0], terminated=[3])
    assert_close(returned, [12.5, 9.0, 10.0, 16.0], next_step=BY_HAND)
    assert_close(call(submission, [-2.5], terminated=[0]), [-2.5], next_step=BY_HAND)


@pytest.mark.task(1)
def test_smallest_and_largest_discount(submission):
    """Returns plain sums for a discount of 1, and the rewards themselves for a discount of 0."""
    for discount, expected in ((1.0, [4.0, 1.0, 2.0]), (0.0, [3.0, -1.0, 2.0])):
        returned = call(submission, [3.0, -1.0, 2.0], terminated=[2], discount=discount)
        assert_close(returned, expected, next_step="Nothing may be divided by the discount: it may be 0.")


@pytest.mark.task(1)
def test_integer_rewards(submission):
    """Returns fractions for integer rewards."""
    returned = call(submission, [0, 0, 1], terminated=[2])
    assert_close(
        returned, [0.25, 0.5, 1.0], next_step="An array that takes its kind from integer rewards has no fractions."
    )


@pytest.mark.task(1)
def test_long_episode(submission, rng):
    """Stays exact over 3,000 steps, where powers of the discount are too small for floats."""
    r_t = rng.normal(size=3000)
    flags = np.arange(3000) == 2999
    expected = expected_returns(r_t, flags, ~flags & flags, np.zeros(3000), 0.7)
    returned = call(submission, r_t, terminated=[2999], discount=0.7)
    assert_close(
        returned, expected, rtol=1e-4, atol=1e-5, next_step="Multiply by the discount once a step, and never divide."
    )


@pytest.mark.task(1)
def test_leaves_rewards_alone(submission, shared):
    """Leaves the rewards as they were."""
    r_t = shared([1.0, 2.0, 3.0])
    ends = np.array([False, False, True])
    returned = submission.discounted_returns(r_t, ends, np.zeros(3, dtype=bool), np.zeros(3), 0.5)
    assert_close(returned, [2.75, 3.5, 3.0], next_step=BY_HAND)
    assert_close(r_t, [1.0, 2.0, 3.0], next_step="Write the returns into an array of your own.")


@pytest.mark.task(2)
def test_terminal_states_end_returns(submission):
    """Counts nothing of the next episode after a terminal state, nor its value."""
    returned = call(submission, [1.0, 2.0, 4.0, 8.0], terminated=[1, 3], v_t=[99.0, 99.0, 99.0, 99.0])
    assert_close(returned, [2.0, 2.0, 8.0, 8.0], next_step=ENDS)


@pytest.mark.task(2)
def test_rewards_end_nothing(submission):
    """Goes on after a step with a reward that is not 0, and ends where the reward is 0."""
    returned = call(submission, [0.0, 4.0, 0.0, 8.0], terminated=[2, 3])
    assert_close(
        returned,
        [2.0, 4.0, 0.0, 8.0],
        next_step="Look at the flags, and not at the rewards, for where an episode ends.",
    )


@pytest.mark.task(2)
def test_cut_counts_the_value(submission):
    """Counts the discounted value of the state after a step at which the time ran out."""
    returned = call(submission, [1.0, 2.0, 4.0, 8.0], terminated=[3], truncated=[1], v_t=[99.0, 6.0, 99.0, 99.0])
    assert_close(returned, [3.5, 5.0, 8.0, 8.0], next_step=ENDS)


@pytest.mark.task(2)
def test_terminated_wins(submission):
    """Expects nothing after a step that is terminated and truncated at once."""
    returned = call(submission, [1.0, 2.0, 4.0], terminated=[1, 2], truncated=[1], v_t=[99.0, 6.0, 99.0])
    assert_close(
        returned,
        [2.0, 2.0, 4.0],
        next_step="The goal may be reached in the last step allowed: it is terminal all the same.",
    )


@pytest.mark.task(2)
def test_unfinished_end_counts_the_value(submission):
    """Counts the value of the last state where the experience stops within an episode."""
    returned = call(submission, [1.0, 2.0, 4.0], terminated=[0], v_t=[99.0, 99.0, 10.0])
    assert_close(
        returned, [1.0, 6.5, 9.0], next_step="The last step ends nothing here, so what follows it is `v_t[-1]`."
    )


@pytest.mark.task(2)
@pytest.mark.parametrize(("steps", "share"), [(1, 0.5), (12, 0.3), (200, 0.02)])
def test_random_episodes(submission, rng, steps, share):
    """Agrees with a sum for every step, over `steps` steps of which a share of about `share` ends an episode."""
    for _ in range(4):
        r_t, v_t = rng.normal(size=(2, steps))
        terminated_t, truncated_t = rng.random(size=(2, steps)) < share
        discount = float(rng.choice([0.0, 0.5, 0.9, 1.0]))
        returned = submission.discounted_returns(r_t, terminated_t, truncated_t, v_t, discount)
        expected = expected_returns(r_t, terminated_t, truncated_t, v_t, discount)
        assert_close(returned, expected, rtol=1e-4, atol=1e-5, next_step=ENDS)


@pytest.mark.task(3)
def test_is_fast(submission, speed, rng):
    """Takes at most 8 times as long as the reference for 50,000 steps."""

    def make_inputs():
        never = np.zeros(50_000, dtype=bool)
        return rng.normal(size=50_000), never, never, rng.normal(size=50_000), 0.99

    try:
        speed(
            "discounted_returns",
            make_inputs,
            lambda returned, expected: assert_close(returned, expected, rtol=1e-3, atol=1e-3, next_step=UNTIMED),
        )
    except Mismatch as mismatch:
        if mismatch.next_step != UNTIMED:
            mismatch.next_step = ONCE
        raise
