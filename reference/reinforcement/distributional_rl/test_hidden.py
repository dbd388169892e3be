"""What `distributional_rl` must do."""

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import check

AVERAGE = "The value of an action is the sum of returns times probabilities; then take the best action of each row."
PLACES = (
    "First move every atom to r + discount · z and bound it; only then split its probability between two neighbours."
)
LOSS = "Sum targets times log-probabilities over the atoms, average over the batch, and turn the sign."


def random_probs(rng, *shape):
    return rng.dirichlet(np.full(shape[-1], 0.5), size=shape[:-1])


def expected_target(probs, r_t, terminated_t, discount, support):
    """Each atom's probability is carried to its place and split, one after another."""
    target = np.zeros(probs.shape)
    width = (support[-1] - support[0]) / (len(support) - 1)
    for row in range(len(probs)):
        for z, p in zip(support, probs[row], strict=True):
            place = r_t[row] if terminated_t[row] else r_t[row] + discount * z
            place = min(max(place, support[0]), support[-1])
            for i, atom in enumerate(support):
                target[row, i] += p * max(0.0, 1 - abs(place - atom) / width)
    return target


def one_row(submission, probs, reward, *, discount=1.0, terminated=False, support=(-2.0, -1.0, 0.0, 1.0, 2.0)):
    returned = submission.project(
        np.array([probs]), np.array([reward]), np.array([terminated]), discount, np.array(support)
    )
    return np.asarray(returned, dtype="float64")


@pytest.mark.task(1)
def test_best_average(submission):
    """Prefers the better average to the likelier good return."""
    probs = np.array(
        [[[0.4, 0.0, 0.6], [0.0, 0.2, 0.8]], [[0.45, 0.0, 0.55], [0.0, 1.0, 0.0]], [[0.9, 0.1, 0.0], [0.8, 0.2, 0.0]]]
    )
    returned = submission.greedy_actions(probs, np.array([-10.0, 3.0, 10.0]))
    assert_close(returned, [1, 1, 1], next_step=AVERAGE)
    returned = submission.greedy_actions(probs[:, ::-1], np.array([-10.0, 3.0, 10.0]))
    assert_close(returned, [0, 0, 0], next_step=AVERAGE)


@pytest.mark.task(1)
@pytest.mark.parametrize(("batch", "actions", "atoms"), [(1, 3, 2), (5, 2, 11), (4, 4, 4)])
def test_random_actions(submission, rng, batch, actions, atoms):
    """Agrees with averages for a batch of `batch`, `actions` actions and `atoms` atoms."""
    probs, support = random_probs(rng, batch, actions, atoms), np.linspace(-3.0, 5.0, atoms)
    averages = [[sum(p * z for p, z in zip(row, support, strict=True)) for row in rows] for rows in probs]
    assert_close(submission.greedy_actions(probs, support), np.argmax(averages, axis=1), next_step=AVERAGE)


@pytest.mark.task(2)
def test_lands_on_atoms(submission):
    """Keeps all probability where places are atoms."""
    probs = [0.1, 0.2, 0.3, 0.4, 0.0]
    step = (
        "A place that is an atom has one neighbour only, which gets everything: look at what rounding up and down give."
    )
    assert_close(one_row(submission, probs, 1.0), [[0.0, 0.1, 0.2, 0.3, 0.4]], next_step=step)
    assert_close(one_row(submission, probs, 0.0), [probs], next_step=step)


@pytest.mark.task(2)
def test_splits_between_neighbours(submission):
    """Gives the nearer neighbour the larger part."""
    returned = one_row(submission, [0.0, 0.0, 1.0, 0.0, 0.0], 0.25)
    assert_close(returned, [[0.0, 0.0, 0.75, 0.25, 0.0]], next_step="0.25 is nearer to 0 than to 1.")


@pytest.mark.task(2)
def test_bounds_places(submission):
    """Moves what lies beyond the ends to the ends, after the reward has been added."""
    probs = [0.25, 0.0, 0.25, 0.25, 0.25]
    assert_close(one_row(submission, probs, 1.5), [[0.0, 0.125, 0.125, 0.125, 0.625]], next_step=PLACES)
    assert_close(one_row(submission, probs, -40.0), [[1.0, 0.0, 0.0, 0.0, 0.0]], next_step=PLACES)


@pytest.mark.task(2)
def test_discounts_returns(submission):
    """Shrinks the returns by the discount, and not the probabilities."""
    returned = one_row(submission, [0.5, 0.0, 0.0, 0.0, 0.5], 0.0, discount=0.5)
    assert_close(
        returned, [[0.0, 0.5, 0.0, 0.5, 0.0]], next_step="-2 and 2 become -1 and 1; both keep their probability."
    )
    returned = one_row(submission, [0.2, 0.2, 0.2, 0.2, 0.2], 1.0, discount=0.0)
    assert_close(
        returned, [[0.0, 0.0, 0.0, 1.0, 0.0]], next_step="All atoms land on the reward, and what they bring adds up."
    )


@pytest.mark.task(2)
def test_terminal_states(submission):
    """Puts everything at the reward after a terminal state."""
    returned = one_row(submission, [0.1, 0.2, 0.3, 0.4, 0.0], 0.5, terminated=True, discount=0.9)
    assert_close(returned, [[0.0, 0.0, 0.5, 0.5, 0.0]], next_step="Nothing follows, so every atom lands on the reward.")


@pytest.mark.task(2)
@pytest.mark.parametrize(("batch", "atoms"), [(1, 2), (3, 9), (9, 9), (6, 51)])
def test_random_projections(submission, rng, shared, batch, atoms):
    """Agrees with the definition for a batch of `batch` and `atoms` atoms, and leaves `probs` alone."""
    for discount in (0.0, 0.75, 1.0):
        probs, support = random_probs(rng, batch, atoms), np.linspace(-4.0, 4.0, atoms)
        r_t, terminated_t = rng.integers(-4, 5, size=batch) / 2, rng.random(batch) < 0.3
        kept = shared(probs)
        returned = submission.project(kept, r_t, terminated_t, discount, support)
        expected = expected_target(probs, r_t, terminated_t, discount, support)
        assert_close(returned, expected, rtol=1e-3, atol=1e-5, next_step=PLACES)
        assert_close(kept, probs, next_step="Work on an array of your own: `probs` belongs to the caller.")


@pytest.mark.task(2)
def test_average_is_kept(submission, rng):
    """Keeps the average of the target where nothing lies beyond the ends."""
    support = np.linspace(-8.0, 8.0, 33)
    probs, r_t = random_probs(rng, 5, 33), rng.uniform(-3.0, 3.0, size=5)
    returned = np.asarray(submission.project(probs, r_t, np.zeros(5, dtype=bool), 0.6, support), dtype="float64")
    check(
        bool(np.allclose(returned.sum(axis=1), 1.0, atol=1e-4)),
        "The probabilities of a row do not add up to 1.",
        returned=returned.sum(axis=1),
        expected=np.ones(5),
        next_step=PLACES,
        tag="less" if returned.sum() < 5 else "more",
    )
    assert_close(returned @ support, r_t + 0.6 * probs @ support, rtol=1e-3, atol=1e-3, next_step=PLACES)


@pytest.mark.task(3)
def test_loss_by_hand(submission):
    """Averages over the batch and adds up over the atoms."""
    targets, logits = np.array([[1.0, 0.0], [0.5, 0.5]]), np.log([[0.25, 0.75], [0.5, 0.5]])
    # -log 0.25 = 2 log 2 for the first, log 2 for the second.
    assert_close(submission.cross_entropy(targets, logits), 1.5 * np.log(2.0), rtol=1e-4, next_step=LOSS)


@pytest.mark.task(3)
@pytest.mark.parametrize("batch", [1, 8])
def test_random_losses(submission, rng, batch):
    """Agrees with the definition for a batch of `batch`, whatever constant is added to a row of logits."""
    targets, logits = random_probs(rng, batch, 6), rng.normal(scale=2.0, size=(batch, 6))
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = -np.mean(
        [sum(t * np.log(p) for t, p in zip(*rows, strict=True)) for rows in zip(targets, probs, strict=True)]
    )
    returned = submission.cross_entropy(targets, logits + rng.normal(size=(batch, 1)))
    assert_close(returned, expected, rtol=1e-3, atol=1e-5, next_step=LOSS)


@pytest.mark.task(3)
def test_large_logits(submission):
    """Stays finite for logits as large as 1,000."""
    returned = submission.cross_entropy(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([[1000.0, 998.0], [1000.0, 0.0]]))
    step = "Compute log-probabilities without softmax: logit - log(sum of exp(logits)), the largest subtracted first."
    assert_close(returned, np.log1p(np.exp(2.0)) / 2, rtol=1e-3, next_step=step)
