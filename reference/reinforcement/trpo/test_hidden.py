"""What `trpo` must do.

Four functions, and policies whose full step is known from a pseudoinverse: hence more than 200 lines.
"""

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_shape
from grader.testing import check

SOLVER = "Do two iterations on paper, for the example of the README, and print x, r and p beside them."
SEARCH = "Try ten candidates, theta + 0.8^j · full, and return the first that meets both conditions."
FULL = "The full step is sqrt(2 · delta / xᵀH x) · x: print x, xᵀH x and the root, each on its own."


def softmax(logits):
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def divergence(first, second):
    """The mean over rows of D(first ‖ second), entry by entry."""
    pairs = [zip(p, q, strict=True) for p, q in zip(first.tolist(), second.tolist(), strict=True)]
    return float(np.mean([sum(p * np.log(p / q) for p, q in pair if p) for pair in pairs]))


class Counted:
    """A function of the judge that notes how often it was called, and with what."""

    def __init__(self, function):
        self.function, self.calls = function, []

    def __call__(self, argument):
        self.calls.append(np.array(argument, dtype="float64"))
        return self.function(self.calls[-1])


@pytest.mark.task(1)
def test_ratio_times_advantage(submission):
    """Weighs the advantage of each action by how much likelier it has become."""
    old, new, advantages = np.log([0.5, 0.2, 0.8]), np.log([0.25, 0.6, 0.8]), np.array([4.0, 1.0, -2.0])
    step = "The ratios are 0.5, 3 and 1, so the mean of 2, 3 and -2 is wanted."
    assert_close(submission.surrogate(new, old, advantages), 1.0, next_step=step)


@pytest.mark.task(1)
def test_surrogate_of_random_batches(submission, rng):
    """Agrees with the definition for random batches, and takes advantages as they are."""
    for batch in (1, 5, 64):
        old, new = rng.uniform(0.05, 1.0, size=(2, batch))
        advantages = rng.normal(3.0, 2.0, size=batch)
        expected = sum((new / old * advantages).tolist()) / batch
        step = "Compute the ratio of one sample by hand, from both log-probabilities."
        assert_close(submission.surrogate(np.log(new), np.log(old), advantages), expected, next_step=step)


@pytest.mark.task(1)
def test_divergence_by_hand(submission):
    """Weighs the logarithms by the old policy's probabilities."""
    old, new = np.array([[0.9, 0.05, 0.05]]), np.array([[0.6, 0.2, 0.2]])
    # The other direction would be 0.3112.
    step = "D(old ‖ new) is 0.9 log(0.9 / 0.6) + 2 · 0.05 log(0.05 / 0.2)."
    assert_close(submission.mean_kl(np.log(old), np.log(new)), 0.226289, atol=1e-5, next_step=step)


@pytest.mark.task(1)
@pytest.mark.parametrize(("states", "actions"), [(1, 2), (7, 3), (20, 6)])
def test_divergence_of_random_policies(submission, rng, states, actions):
    """Averages over `states` states the divergence of policies with `actions` actions; a shift of logits changes nothing."""
    old, new = rng.normal(scale=2.0, size=(2, states, actions))
    expected = divergence(softmax(old), softmax(new))
    step = "Sum over the actions of a state, then average over the states; logits become probabilities by softmax."
    assert_close(
        submission.mean_kl(old, new + rng.normal(size=(states, 1))), expected, rtol=1e-4, atol=1e-5, next_step=step
    )


@pytest.mark.task(1)
def test_large_logits(submission):
    """Stays finite for logits as large as 1,000."""
    old, new = np.array([[1000.0, 0.0], [-1000.0, 990.0]]), np.array([[1000.0, 999.0], [1000.0, 1000.0]])
    expected = (np.log1p(np.exp(-1.0)) + np.log(2.0)) / 2
    step = "Compute log-probabilities without softmax: logit - log(sum of exp(logits)), the largest subtracted first."
    assert_close(submission.mean_kl(old, new), expected, rtol=1e-4, next_step=step)


def spd(rng, size):
    """A random symmetric positive definite matrix."""
    root = rng.normal(size=(size, size))
    return root @ root.T / size + np.eye(size)


@pytest.mark.task(2)
@pytest.mark.parametrize("size", [1, 2, 6])
def test_solves_in_as_many_iterations_as_unknowns(submission, rng, size):
    """Solves a system of `size` unknowns, and calls `product` once an iteration at most."""
    matrix, b = spd(rng, size), rng.normal(size=size)
    product = Counted(lambda v: matrix @ v)
    returned = submission.conjugate_gradient(product, b, size, 1e-10)
    assert_close(returned, np.linalg.solve(matrix, b), rtol=1e-4, atol=1e-5, next_step=SOLVER)
    count = len(product.calls)
    step = "Keep the product of an iteration in a variable: alpha and r both need it."
    check(count <= size, "`product` is called too often.", returned=count, expected=size, next_step=step, tag="twice")


@pytest.mark.task(2)
@pytest.mark.parametrize("iterations", [1, 2, 4])
def test_best_in_the_space_so_far(submission, rng, iterations):
    """Is the best solution among all combinations of b, H b, H² b, ... after `iterations` iterations."""
    matrix, b = spd(rng, 8), rng.normal(size=8)
    basis = np.stack([np.linalg.matrix_power(matrix, power) @ b for power in range(iterations)], axis=1)
    expected = basis @ np.linalg.solve(basis.T @ matrix @ basis, basis.T @ b)
    returned = submission.conjugate_gradient(lambda v: matrix @ v, b, iterations, 1e-10)
    assert_close(returned, expected, rtol=1e-3, atol=1e-4, next_step=SOLVER)


@pytest.mark.task(2)
def test_stops_at_the_tolerance(submission):
    """Begins no iteration once the norm of the residual is at most `tolerance`."""
    matrix = np.diag([1.0, 2.0, 3.0])
    # From r = (1, 1, 1), of norm 1.73, the norm falls to 0.707 after one iteration and 0.245 after two.
    for tolerance, count in ((2.0, 0), (0.8, 1), (0.6, 2), (0.22, 3)):
        product = Counted(lambda v: matrix @ v)
        submission.conjugate_gradient(product, np.ones(3), 3, tolerance)
        step = "Compare the root of rᵀr with the tolerance, before each iteration."
        problem = f"With a tolerance of {tolerance:g} the number of iterations is {count}."
        check(len(product.calls) == count, problem, returned=len(product.calls), expected=count, next_step=step)


@pytest.mark.task(2)
def test_nothing_to_solve(submission):
    """Returns zeros for b = 0, and what the system can tell where H is singular."""
    step = "Where r is 0, rᵀr / pᵀH p is 0 / 0: look at the tolerance before you divide."
    returned = submission.conjugate_gradient(lambda v: 2 * v, np.zeros(3), 5, 1e-8)
    assert_close(returned, np.zeros(3), next_step=step)
    p = np.array([0.7, 0.2, 0.1])
    matrix, b = np.diag(p) - np.outer(p, p), np.array([0.3, -0.1, -0.2])
    returned = submission.conjugate_gradient(lambda v: matrix @ v, b, 10, 1e-8)
    assert_close(returned, np.linalg.pinv(matrix) @ b, rtol=1e-3, atol=1e-4, next_step=step)


@pytest.mark.task(2)
def test_leaves_b_alone(submission, shared):
    """Leaves `b` as it was."""
    b = shared([1.0, 2.0, 3.0])
    submission.conjugate_gradient(lambda v: np.array([1.0, 4.0, 9.0]) * v, b, 3, 1e-8)
    assert_close(
        b, [1.0, 2.0, 3.0], next_step="r begins as a copy of b: `r -= ...` would change the array of whoever called."
    )


class Policies:
    """Policies over three actions in three states, with a table of advantages, and all that an update needs."""

    def __init__(self, rng, scale):
        self.theta = rng.normal(size=9)
        self.old = softmax(self.theta.reshape(3, 3))
        advantages = scale * rng.normal(size=(3, 3))
        self.advantages = advantages - (self.old * advantages).sum(axis=1, keepdims=True)
        self.gradient = (self.old * self.advantages).ravel() / 3

    def objective(self, theta):
        return float((softmax(theta.reshape(3, 3)) * self.advantages).sum(axis=1).mean())

    def kl(self, theta):
        return divergence(self.old, softmax(theta.reshape(3, 3)))

    def product(self, v):
        rows = v.reshape(3, 3)
        return (self.old * (rows - (self.old * rows).sum(axis=1, keepdims=True))).ravel() / 3

    def full(self, delta):
        """The full step, by the pseudoinverse."""
        x = np.linalg.pinv(np.stack([self.product(v) for v in np.eye(9)])) @ self.gradient
        return np.sqrt(2 * delta / (x @ self.gradient)) * x

    def step(self, submission, theta, delta):
        return submission.trpo_step(theta, self.objective, self.kl, self.gradient, self.product, delta)


@pytest.mark.task(3)
@pytest.mark.parametrize("delta", [1e-6, 1e-4])
def test_full_step(submission, rng, delta):
    """Takes the full step where the approximation holds, for a divergence of `delta`."""
    for scale in (0.1, 10.0):
        policies = Policies(rng, scale)
        step = np.asarray(assert_shape(policies.step(submission, policies.theta, delta), (9,))) - policies.theta
        full = policies.full(delta)
        factors = [factor for factor in (1.0, 0.8, 0.64) if np.allclose(step, factor * full, rtol=1e-2, atol=1e-6)]
        check(bool(factors), "The step is not the full step.", returned=step, expected=full, next_step=FULL)


def search(submission, objective, kl, *, curvature=1.0):
    """An update of one parameter from 2, whose full step is 1 for a curvature of 1 and a delta of 0.5."""
    theta = np.array([2.0])
    product = Counted(lambda v: curvature * v)
    divergences = Counted(lambda candidate: kl(float(candidate[0]) - 2.0))
    objectives = Counted(lambda candidate: objective(float(candidate[0]) - 2.0))
    returned = submission.trpo_step(theta, objectives, divergences, np.array([1.0]), product, 0.5)
    return float(assert_shape(returned, (1,))[0]) - 2.0


@pytest.mark.task(3)
@pytest.mark.parametrize(("curvature", "expected"), [(1.0, 1.0), (4.0, 0.5), (0.25, 2.0)])
def test_step_grows_as_curvature_falls(submission, curvature, expected):
    """Steps farther where the divergence is flatter, here a curvature of `curvature`."""
    returned = search(submission, lambda d: d, lambda d: 0.4 * curvature * d * d, curvature=curvature)
    assert_close(returned, expected, rtol=1e-3, next_step=FULL)


@pytest.mark.task(3)
@pytest.mark.parametrize("tries", [1, 3, 9])
def test_shortens_until_the_divergence_fits(submission, tries):
    """Shortens the step `tries` times where the divergence grows faster than its approximation."""
    bound = 0.5 / 0.8 ** (2 * tries - 1)
    assert_close(search(submission, lambda d: d, lambda d: bound * d * d), 0.8**tries, rtol=1e-3, next_step=SEARCH)


@pytest.mark.task(3)
@pytest.mark.parametrize("tries", [1, 4])
def test_shortens_until_the_objective_grows(submission, tries):
    """Shortens the step `tries` times where the objective falls again farther out; the objective is 5 at first."""
    bend = 1 / 0.8 ** (tries - 0.5)
    step = "Compare the objective of each candidate with that of `theta`, too: a small divergence is not enough."
    assert_close(
        search(submission, lambda d: 5 + d - bend * d * d, lambda d: 0.1 * d * d), 0.8**tries, rtol=1e-3, next_step=step
    )


@pytest.mark.task(3)
@pytest.mark.parametrize("reason", ["divergence", "objective", "gradient"])
def test_stays_where_nothing_fits(submission, reason):
    """Stays at `theta` if no candidate fits, because of the `reason`."""
    step = "After ten candidates, or with a gradient of 0, `theta` is what to return."
    if reason == "gradient":
        returned = submission.trpo_step(np.ones(2), lambda _: 1.0, lambda _: 0.0, np.zeros(2), lambda v: v, 0.5)
        assert_close(returned, np.ones(2), next_step=step)
    else:
        # One candidate more would fit.
        bound = 0.5 / 0.8**19 if reason == "divergence" else 0.1
        bend = 1 / 0.8**9.5 if reason == "objective" else 0.0
        returned = search(submission, lambda d: d - bend * d * d, lambda d: bound * d * d)
        assert_close(returned, 0.0, next_step=step, atol=1e-9)


@pytest.mark.task(3)
def test_improves_and_stays_in_the_region(submission, rng, shared):
    """Improves random policies within a divergence of 0.05, uses at least a quarter of it, and leaves `theta` alone."""
    for _ in range(5):
        policies = Policies(rng, 1.0)
        theta = shared(policies.theta)
        returned = np.asarray(assert_shape(policies.step(submission, theta, 0.05), (9,)), dtype="float64")
        assert_close(
            theta, policies.theta, next_step="Add steps to a new array: `theta += ...` changes that of the caller."
        )
        moved, gained = policies.kl(returned), policies.objective(returned) - policies.objective(policies.theta)
        check(gained > 0, "The objective has not grown.", returned=gained, expected="more than 0", next_step=SEARCH)
        check(
            0.0125 <= moved <= 0.05,
            "The divergence is out of range.",
            returned=moved,
            expected="0.0125 to 0.05",
            next_step=FULL,
        )
