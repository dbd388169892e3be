"""What `baseline` must do."""

import numpy as np
import pytest

from grader.testing import assert_close

VISITS = "Add up returns and count visits, for each state on its own, and divide one by the other."
OTHERS = "Of N returns the others are N - 1: their sum is that of all without the one."
MORE = "Multiply ∇ log π of each action by its return minus the baseline of its state."
SPREAD = "List the vector of each action with its probability; then take the mean, and the expected squared distance from it."
LEAST = "Weigh each action's value by its probability and by the squared length of its ∇ log π."


def softmax(logits):
    exponentials = np.exp(logits - logits.max())
    return exponentials / exponentials.sum()


def outcomes(logits, q, b):
    """Each action's probability and estimate, entry by entry."""
    policy = softmax(np.array(logits))
    vectors = [
        [(q[a] - b) * ((1.0 if a == c else 0.0) - policy[c]) for c in range(len(policy))] for a in range(len(policy))
    ]
    return policy, np.array(vectors)


def spread(logits, q, b):
    """The expected squared distance from the mean."""
    policy, vectors = outcomes(logits, q, b)
    mean = sum(p * vector for p, vector in zip(policy, vectors, strict=True))
    return sum(p * float((vector - mean) @ (vector - mean)) for p, vector in zip(policy, vectors, strict=True))


@pytest.mark.task(1)
def test_averages_visits(submission):
    """Averages the returns of all visits to a state, and gives 0 to a state without any."""
    returned = submission.state_baseline([1, 3, 1, 1, 3], [2.0, 5.0, 4.0, 9.0, -6.0], 5)
    assert_close(returned, [0.0, 5.0, 0.0, -0.5, 0.0], next_step=VISITS)


@pytest.mark.task(1)
@pytest.mark.parametrize("steps", [1, 40])
def test_random_visits(submission, rng, steps):
    """Agrees with an average for each of 6 states, over `steps` steps."""
    s_t, return_t = rng.integers(6, size=steps).tolist(), rng.normal(size=steps).tolist()
    found = [[returned for s, returned in zip(s_t, return_t, strict=True) if s == state] for state in range(6)]
    expected = [float(np.mean(returns)) if returns else 0.0 for returns in found]
    assert_close(submission.state_baseline(s_t, return_t, 6), expected, next_step=VISITS)


@pytest.mark.task(1)
def test_average_of_the_others(submission, rng, shared):
    """Leaves each return out of its own baseline, and the array as it was."""
    assert_close(submission.leave_one_out(np.array([10.0, 0.0])), [0.0, 10.0], next_step=OTHERS)
    returns = rng.normal(size=7)
    expected = [float(np.mean(np.delete(returns, index))) for index in range(7)]
    kept = shared(returns)
    assert_close(submission.leave_one_out(kept), expected, next_step=OTHERS)
    assert_close(kept, returns, next_step="Work on an array of your own: `returns` belongs to the caller.")


@pytest.mark.task(2)
def test_subtracts_the_baseline(submission):
    """Makes likelier what was better than the baseline, and less likely what was worse."""
    returned = submission.gradient_estimate(np.zeros((3, 2)), [2, 0], [0, 1], [4.0, 1.0], np.array([3.0, 50.0, 2.0]))
    assert_close(returned, [[1.0, -1.0], [0.0, 0.0], [1.0, -1.0]], next_step=MORE)


@pytest.mark.task(2)
def test_return_as_expected_teaches_nothing(submission, rng):
    """Has no gradient where every return is the baseline."""
    baseline, s_t = rng.normal(size=4), [3, 0, 1, 3]
    returned = submission.gradient_estimate(
        rng.normal(size=(4, 3)), s_t, [0, 1, 2, 1], baseline[s_t].tolist(), baseline
    )
    assert_close(returned, np.zeros((4, 3)), next_step=MORE)


@pytest.mark.task(2)
@pytest.mark.parametrize("steps", [1, 12])
def test_random_estimates(submission, rng, shared, steps):
    """Agrees with a sum over `steps` steps, and leaves `theta` alone."""
    theta, baseline = rng.normal(size=(5, 3)), rng.normal(size=5)
    s_t, a_t = rng.integers(5, size=steps).tolist(), rng.integers(3, size=steps).tolist()
    return_t = rng.normal(2.0, 1.0, size=steps).tolist()
    expected = np.zeros((5, 3))
    for s, a, returned in zip(s_t, a_t, return_t, strict=True):
        expected[s] += (returned - baseline[s]) * (np.eye(3)[a] - softmax(theta[s]))
    kept = shared(theta)
    returned = submission.gradient_estimate(kept, s_t, a_t, return_t, baseline)
    assert_close(returned, expected, rtol=1e-4, atol=1e-5, next_step=MORE)
    assert_close(kept, theta, next_step="Work on an array of your own: `theta` belongs to the caller.")


@pytest.mark.task(2)
def test_baseline_changes_no_average(submission, rng):
    """Averages over the actions to the same gradient with any baseline."""
    theta, q = rng.normal(size=(1, 3)), rng.normal(size=3)
    policy = softmax(theta[0])
    expected = policy * (q - policy @ q)
    for b in (0.0, 2.0, -50.0):
        estimates = [submission.gradient_estimate(theta, [0], [a], [float(q[a])], np.array([b])) for a in range(3)]
        average = sum(p * np.asarray(estimate)[0] for p, estimate in zip(policy, estimates, strict=True))
        assert_close(average, expected, rtol=1e-3, atol=1e-4, next_step=MORE)


@pytest.mark.task(3)
def test_variance_by_hand(submission):
    """Adds up squared distances, each as likely as its action."""
    # The vectors are 3 (0.5, -0.5) and 1 (-0.5, 0.5), both with probability 1/2; their mean is (0.5, -0.5).
    returned = submission.variance(np.zeros(2), np.array([4.0, 2.0]), 1.0)
    assert_close(returned, 2.0, next_step=SPREAD)


@pytest.mark.task(3)
@pytest.mark.parametrize("actions", [2, 3, 6])
def test_random_variances(submission, rng, actions):
    """Agrees with a sum over `actions` actions, for several baselines."""
    for b in (0.0, 1.5, -3.0):
        logits, q = rng.normal(size=actions), rng.normal(1.0, 2.0, size=actions)
        expected = spread(logits, q, b)
        assert_close(submission.variance(logits, q, b), expected, rtol=1e-3, atol=1e-5, next_step=SPREAD)


@pytest.mark.task(3)
def test_best_by_hand(submission):
    """Is not the expected value where one action is much likelier."""
    # Squared lengths 0.02 and 1.62, probabilities 0.9 and 0.1: weights 0.018 and 0.162.
    returned = submission.best_baseline(np.log([0.9, 0.1]), np.array([10.0, 20.0]))
    assert_close(returned, 19.0, next_step=LEAST)


@pytest.mark.task(3)
@pytest.mark.parametrize("actions", [2, 5])
def test_no_other_varies_less(submission, rng, actions):
    """Has the least variance of all numbers, for `actions` actions."""
    for _ in range(4):
        logits, q = rng.normal(scale=1.5, size=actions), rng.normal(1.0, 2.0, size=actions)
        # The variance is a parabola in b: three points tell where it is least.
        below, at, above = (spread(logits, q, b) for b in (-1.0, 0.0, 1.0))
        expected = (below - above) / (2 * (below - 2 * at + above))
        assert_close(submission.best_baseline(logits, q), expected, rtol=1e-3, atol=1e-4, next_step=LEAST)
