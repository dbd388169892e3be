"""What `epsilon_greedy` must do."""

import numpy as np
import pytest
from scipy import stats

from grader.testing import assert_close
from grader.testing import assert_shape
from grader.testing import check

PARTS = "Every action has ε / A. What is left to 1 belongs to the best action, or is shared by the best."
LINE = "Which share of the way from `start` to `end` has been gone? It grows evenly from 0 to 1, and no further."
BATCH = 3000
FALSE_FAIL = 1e-7


def count(actions, num_actions):
    """How often each action was drawn."""
    actions = assert_shape(actions, (BATCH,))
    check(
        actions.dtype.kind in "iu" and bool(((actions >= 0) & (actions < num_actions)).all()),
        f"Actions are integers from 0 to {num_actions - 1}.",
        returned=actions,
        next_step="Return the place of a value, not the value.",
        tag="no actions",
    )
    return np.bincount(actions, minlength=num_actions)


def check_frequencies(counts, probabilities, next_step):
    """A chi-square test that fails right code once in 10,000,000 times."""
    expected = BATCH * np.array(probabilities)
    possible = expected > 0
    statistic = ((counts - expected)[possible] ** 2 / expected[possible]).sum()
    is_likely = statistic <= stats.chi2.isf(FALSE_FAIL, max(possible.sum() - 1, 1)) and not counts[~possible].any()
    shares = np.where(counts > 0.8 * expected, np.where(counts > 1.2 * expected + 1, "more", "as often"), "less")
    check(
        bool(is_likely),
        f"Of {BATCH} draws each action is taken about so often.",
        returned=counts.tolist(),
        expected=expected.round().tolist(),
        next_step=next_step,
        tag=" ".join(shares),
    )


@pytest.mark.task(1)
def test_shares_the_rest_among_all(submission):
    """Gives every action ε / A, and the best one all that is left."""
    q = np.array([[1.0, 4.0, 2.0, 3.0, 0.0], [-1.0, -4.0, -2.0, -3.0, -5.0]])
    expected = [[0.1, 0.6, 0.1, 0.1, 0.1], [0.6, 0.1, 0.1, 0.1, 0.1]]
    assert_close(submission.action_probabilities(q, 0.5), expected, next_step=PARTS)


@pytest.mark.task(1)
@pytest.mark.parametrize(("epsilon", "expected"), [(0.0, [0.0, 1.0, 0.0]), (1.0, [1 / 3, 1 / 3, 1 / 3])])
def test_always_greedy_and_always_random(submission, epsilon, expected):
    """Is certain for an ε of 0, and even for an ε of 1; here it is `epsilon`."""
    for row in ([0.0, 9.0, 5.0], [-3.0, -1.0, -2.0]):
        assert_close(submission.action_probabilities(np.array([row, row]), epsilon), [expected] * 2, next_step=PARTS)


@pytest.mark.task(1)
def test_two_actions(submission):
    """Takes the worse of two actions with half of ε."""
    assert_close(submission.action_probabilities(np.array([[0.0, 1.0]]), 0.4), [[0.2, 0.8]], next_step=PARTS)


@pytest.mark.task(1)
def test_ties_share_evenly(submission):
    """Lets equally good actions share evenly, and no others."""
    q = np.array([[2.0, 2.0, 1.9999, 2.0], [0.0, 0.0, 0.0, 0.0], [-1.0, -1.0, -5.0, -9.0]])
    expected = [[0.3, 0.3, 0.1, 0.3], [0.25] * 4, [0.4, 0.4, 0.1, 0.1]]
    step = "Count how many values equal the maximum of their row, and divide what is left by that number."
    assert_close(submission.action_probabilities(q, 0.4), expected, next_step=step)


@pytest.mark.task(1)
def test_random_probabilities(submission, rng, shared):
    """Agrees with the definition for random rows with ties, and leaves `q` alone."""
    for actions in (2, 3, 7):
        q, epsilon = shared(rng.integers(4, size=(10, actions)).astype("float64")), float(rng.random())
        expected = []
        for row in np.array(q).tolist():
            best = [value == max(row) for value in row]
            expected.append([epsilon / actions + (1 - epsilon) * is_best / sum(best) for is_best in best])
        before = np.array(q)
        assert_close(submission.action_probabilities(q, epsilon), expected, next_step=PARTS)
        assert_close(q, before, next_step="Work on an array of your own: `q` belongs to the caller.")


@pytest.mark.task(2)
def test_greedy_actions(submission, support, rng, seed):
    """Takes the best action of each row for an ε of 0."""
    q = rng.normal(size=(BATCH, 5))
    actions = submission.epsilon_greedy(q, 0.0, support.make_generator(seed))
    count(actions, 5)
    step = "The action is the place of the largest value in its own row."
    assert_close(actions, [row.index(max(row)) for row in q.tolist()], next_step=step)


@pytest.mark.task(2)
@pytest.mark.parametrize("epsilon", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("values", [(0.0, 1.0), (3.0, 1.0, 2.0, 0.0)], ids=["two actions", "four actions"])
def test_frequencies(submission, support, seed, epsilon, values):
    """Draws as often as it should for an ε of `epsilon` and the values `values`."""
    q = np.tile(values, (BATCH, 1))
    counts = count(submission.epsilon_greedy(q, epsilon, support.make_generator(seed)), len(values))
    expected = [epsilon / len(values) + (1 - epsilon) * (value == max(values)) for value in values]
    check_frequencies(counts, expected, "Exploring means drawing from all actions, the best one included.")


@pytest.mark.task(2)
@pytest.mark.parametrize("epsilon", [0.0, 0.3])
def test_frequencies_of_ties(submission, support, seed, epsilon):
    """Draws equally good actions equally often, for an ε of `epsilon`."""
    q = np.tile([0.0, 5.0, 1.0, 5.0, 5.0], (BATCH, 1))
    counts = count(submission.epsilon_greedy(q, epsilon, support.make_generator(seed)), 5)
    rest, best = epsilon / 5, epsilon / 5 + (1 - epsilon) / 3
    step = "argmax is the first of the best, always. Draw one of them, for each row anew."
    check_frequencies(counts, [rest, best, rest, best, best], step)


@pytest.mark.task(2)
def test_rows_are_independent(submission, support, seed):
    """Draws for each row whatever was drawn for the row before."""
    q = np.tile([0.0, 1.0], (BATCH, 1))
    actions = submission.epsilon_greedy(q, 1.0, support.make_generator(seed))
    count(actions, 2)
    pairs = np.bincount(2 * np.asarray(actions)[:-1:2] + np.asarray(actions)[1::2], minlength=4)
    statistic = ((pairs - BATCH / 8) ** 2 / (BATCH / 8)).sum()
    step = "Draw a number for each row; one number for all rows, or a cycle of actions, is no chance."
    problem = "Pairs of neighbouring rows do not have the frequencies of chance."
    is_likely = bool(statistic <= stats.chi2.isf(FALSE_FAIL, 3))
    check(is_likely, problem, returned=pairs.tolist(), expected=[BATCH // 8] * 4, next_step=step, tag=str(pairs > 0))


@pytest.mark.task(2)
def test_draws_with_the_generator(submission, support, seed):
    """Draws by the generator: the same seed gives the same actions, a different seed different ones."""
    q = np.tile([0.0, 1.0, 1.0], (BATCH, 1))
    first, again, other = (
        submission.epsilon_greedy(q, 0.5, support.make_generator(number)) for number in (seed, seed, seed + 1)
    )
    step = "Take every random number from `generator`, and from nowhere else."
    is_same = np.array_equal(first, again)
    check(is_same, "Two equal generators drew different actions.", next_step=step, tag="other chance")
    check(not np.array_equal(first, other), "Two generators drew the same actions.", next_step=step, tag="no chance")


@pytest.mark.task(3)
def test_line(submission):
    """Goes down in a straight line."""
    returned = [submission.epsilon_at(step, 1.0, 0.2, 8) for step in range(8)]
    assert_close(returned, [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3], next_step=LINE)


@pytest.mark.task(3)
def test_stays_at_its_end(submission):
    """Is at `end` after exactly `decay_steps` steps, and stays there."""
    returned = [submission.epsilon_at(step, 0.9, 0.1, 4) for step in (3, 4, 5, 1_000_000)]
    assert_close(returned, [0.3, 0.1, 0.1, 0.1], next_step=LINE)


@pytest.mark.task(3)
@pytest.mark.parametrize(("start", "end"), [(0.0, 1.0), (0.5, 0.5), (1.0, 0.0)])
def test_any_two_ends(submission, start, end):
    """Goes from `start` to `end`, up or down."""
    returned = [submission.epsilon_at(step, start, end, 4) for step in (0, 1, 4, 9)]
    assert_close(returned, [start, start + (end - start) / 4, end, end], next_step=LINE)
