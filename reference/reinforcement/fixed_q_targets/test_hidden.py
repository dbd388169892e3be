"""What `fixed_q_targets` must do."""

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import check

COPY = (
    "Give the target network all weights of the online network when the step is a multiple of the period, 0 excepted."
)
MIX = "Every weight becomes tau times that of the online network plus (1 - tau) times its own."
TARGET = "The target is the reward plus the discounted best value of the *next* state, by the target network."
PARTS = ("first kernel", "first bias", "scale", "shift", "average", "variance", "last kernel", "last bias")


def assert_weights(returned, expected, next_step, rtol=1e-5):
    """Compares all weights of a network, each by its name."""
    for name, found, wanted in zip(PARTS, returned, expected, strict=True):
        assert_close(found, wanted, rtol=rtol, name=f"The {name} of the network", next_step=next_step)


@pytest.mark.task(1)
def test_copies_everything(submission, support, seed):
    """Copies all weights, also those that are not trained, and leaves the online network alone."""
    online, target = support.make_network(seed), support.make_network(seed + 1)
    before = support.weights_of(online)
    submission.update_target(online, target, 4, 4)
    assert_weights(support.weights_of(target), before, COPY)
    assert_weights(support.weights_of(online), before, "The online network is the source: nothing in it changes.")


@pytest.mark.task(1)
@pytest.mark.parametrize("period", [1, 3])
def test_copies_from_time_to_time(submission, support, seed, period):
    """Copies after every `period` steps, and at no other step."""
    online, target = support.make_network(seed), support.make_network(seed + 1)
    expected = support.weights_of(target)
    for step in range(3 * period + 1):
        support.change(online, seed + 10 + step)
        submission.update_target(online, target, step, period)
        if step in (period, 2 * period, 3 * period):
            expected = support.weights_of(online)
        assert_weights(
            support.weights_of(target), expected, f"This was after step {step}, with a period of {period}. {COPY}"
        )


@pytest.mark.task(1)
def test_target_stands_still(submission, support, seed):
    """Leaves the target network as it is when the online network goes on learning after the copy."""
    online, target = support.make_network(seed), support.make_network(seed + 1)
    submission.update_target(online, target, 2, 2)
    expected = support.weights_of(online)
    support.change(online, seed + 2)
    submission.update_target(online, target, 3, 2)
    assert_weights(
        support.weights_of(target), expected, "Copy numbers, so that both networks keep weights of their own."
    )


@pytest.mark.task(2)
@pytest.mark.parametrize("tau", [0.0, 0.25, 1.0])
def test_goes_a_part_of_the_way(submission, support, seed, tau):
    """Moves every weight by a share of `tau`, and leaves the online network alone."""
    online, target = support.make_network(seed), support.make_network(seed + 1)
    new, old = support.weights_of(online), support.weights_of(target)
    submission.soft_update(online, target, tau)
    assert_weights(support.weights_of(target), [a + tau * (b - a) for a, b in zip(old, new, strict=True)], MIX)
    assert_weights(support.weights_of(online), new, "The online network is the source: nothing in it changes.")


@pytest.mark.task(2)
def test_comes_closer_and_closer(submission, support, seed):
    """Halves the distance three times with a tau of a half."""
    online, target = support.make_network(seed), support.make_network(seed + 1)
    new, old = support.weights_of(online), support.weights_of(target)
    for _ in range(3):
        submission.soft_update(online, target, 0.5)
    assert_weights(support.weights_of(target), [b + (a - b) / 8 for a, b in zip(old, new, strict=True)], MIX)


@pytest.mark.task(3)
@pytest.mark.parametrize(("batch", "actions"), [(1, 3), (6, 2), (4, 4)])
def test_targets(submission, support, rng, seed, batch, actions):
    """Adds the discounted best next value to each reward, for a batch of `batch` and `actions` actions."""
    target, s_t = support.make_network(seed, actions=actions), rng.normal(size=(batch, 3)).astype("float32")
    r_t, terminated_t = rng.normal(size=batch), np.arange(batch) % 3 == 2
    values = np.asarray(support.values_of(target, s_t))
    before = support.weights_of(target)
    returned = submission.td_targets(target, r_t, s_t, terminated_t, 0.8)
    expected = [
        r if ends else r + 0.8 * max(row) for r, ends, row in zip(r_t, terminated_t, values.tolist(), strict=True)
    ]
    assert_close(returned, expected, rtol=1e-4, atol=1e-5, next_step=TARGET)
    assert_weights(
        support.weights_of(target), before, "Call the network with training=False: in training its averages move."
    )


@pytest.mark.task(3)
def test_discounts_and_ends(submission, support, rng, seed):
    """Discounts the future only, and expects nothing after a terminal state."""
    target, s_t = support.make_network(seed), rng.normal(size=(2, 3)).astype("float32")
    best = np.asarray(support.values_of(target, s_t)).max(axis=1)
    for discount in (0.0, 0.5, 1.0):
        returned = submission.td_targets(target, np.array([3.0, 3.0]), s_t, np.array([False, True]), discount)
        assert_close(returned, [3.0 + discount * best[0], 3.0], rtol=1e-4, atol=1e-5, next_step=TARGET)
    check(np.ndim(returned) == 1, "The targets are one number a step.", returned=returned, next_step=TARGET)
