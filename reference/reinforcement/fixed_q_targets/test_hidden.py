"""What `fixed_q_targets` must do."""

import numpy as np
import pytest

from grader.testing import assert_close

COPY = (
    "Give the target network all weights of the online network when the step is a multiple of the period, 0 excepted."
)
MIX = "Every weight becomes tau times that of the online network plus (1 - tau) times its own."
TARGET = "The target is the reward plus the discounted best value of the *next* state, by the target network."
SOURCE = "The online network is the source: nothing in it changes."
PARTS = ("first kernel", "first bias", "scale", "shift", "average", "variance", "last kernel", "last bias")


def draw_weights(rng, features=3, units=4, actions=2):
    shapes = [(features, units), *[(units,)] * 5, (units, actions), (actions,)]
    return [rng.uniform(0.1, 1.0, size=shape) for shape in shapes]


def values(weights, observations):
    """The action values of a network with these weights, as it is in use."""
    kernel, bias, scale, shift, average, variance, last_kernel, last_bias = weights
    hidden = np.tanh(observations @ kernel + bias)
    return ((hidden - average) / np.sqrt(variance + 1e-3) * scale + shift) @ last_kernel + last_bias


def assert_weights(support, network, expected, next_step):
    """Compares all weights of a network, each by its name."""
    for name, found, wanted in zip(PARTS, support.weights_of(network), expected, strict=True):
        assert_close(found, wanted, rtol=1e-4, name=f"The {name} of the network", next_step=next_step)


@pytest.mark.task(1)
def test_copies_everything(submission, support, rng):
    """Copies all weights, also those that are not trained, and leaves the online network alone."""
    new = draw_weights(rng)
    online, target = support.make_network(new), support.make_network(draw_weights(rng))
    submission.update_target(online, target, 4, 4)
    assert_weights(support, online, new, SOURCE)
    assert_weights(support, target, new, COPY)


@pytest.mark.task(1)
@pytest.mark.parametrize("period", [1, 3])
def test_copies_from_time_to_time(submission, support, rng, period):
    """Copies after every `period` steps, and at no other step."""
    expected = draw_weights(rng)
    online, target = support.make_network(draw_weights(rng)), support.make_network(expected)
    for step in range(3 * period + 1):
        new = draw_weights(rng)
        support.set_weights(online, new)
        submission.update_target(online, target, step, period)
        if step in (period, 2 * period, 3 * period):
            expected = new
        assert_weights(support, online, new, SOURCE)
        assert_weights(support, target, expected, f"This was after step {step}, with a period of {period}. {COPY}")


@pytest.mark.task(1)
def test_target_stands_still(submission, support, rng):
    """Leaves the target network as it is when the online network goes on learning after the copy."""
    new = draw_weights(rng)
    online, target = support.make_network(new), support.make_network(draw_weights(rng))
    submission.update_target(online, target, 2, 2)
    support.set_weights(online, draw_weights(rng))
    submission.update_target(online, target, 3, 2)
    assert_weights(support, target, new, "Copy numbers, so that both networks keep weights of their own.")


@pytest.mark.task(2)
@pytest.mark.parametrize("tau", [0.0, 0.25, 1.0])
def test_goes_a_part_of_the_way(submission, support, rng, tau):
    """Moves every weight by a share of `tau`, and leaves the online network alone."""
    new, old = draw_weights(rng), draw_weights(rng)
    online, target = support.make_network(new), support.make_network(old)
    submission.soft_update(online, target, tau)
    assert_weights(support, target, [a + tau * (b - a) for a, b in zip(old, new, strict=True)], MIX)
    assert_weights(support, online, new, SOURCE)


@pytest.mark.task(2)
def test_comes_closer_and_closer(submission, support, rng):
    """Halves the distance three times with a tau of a half."""
    new, old = draw_weights(rng), draw_weights(rng)
    online, target = support.make_network(new), support.make_network(old)
    for _ in range(3):
        submission.soft_update(online, target, 0.5)
    assert_weights(support, target, [b + (a - b) / 8 for a, b in zip(old, new, strict=True)], MIX)


@pytest.mark.task(3)
@pytest.mark.parametrize(("batch", "actions"), [(1, 3), (6, 2), (4, 4)])
def test_targets(submission, support, rng, batch, actions):
    """Adds the discounted best next value to each reward, for a batch of `batch` and `actions` actions."""
    weights, s_t = draw_weights(rng, actions=actions), rng.normal(size=(batch, 3)).astype("float32")
    target = support.make_network(weights)
    r_t, terminated_t = rng.normal(size=batch), np.arange(batch) % 3 == 2
    returned = submission.td_targets(target, r_t, s_t, terminated_t, 0.8)
    rows = values(weights, s_t).tolist()
    expected = [r if ends else r + 0.8 * max(row) for r, ends, row in zip(r_t, terminated_t, rows, strict=True)]
    assert_close(returned, expected, rtol=1e-3, atol=1e-4, next_step=TARGET)
    assert_weights(support, target, weights, "Call the network with training=False: in training its averages move.")


@pytest.mark.task(3)
def test_discounts_and_ends(submission, support, rng):
    """Discounts the future only, and expects nothing after a terminal state."""
    weights, s_t = draw_weights(rng), rng.normal(size=(2, 3)).astype("float32")
    target, best = support.make_network(weights), values(weights, s_t).max(axis=1)
    for discount in (0.0, 0.5, 1.0):
        returned = submission.td_targets(target, np.array([3.0, 3.0]), s_t, np.array([False, True]), discount)
        assert_close(returned, [3.0 + discount * best[0], 3.0], rtol=1e-3, atol=1e-4, next_step=TARGET)
