"""What `momentum` must do."""

import numpy as np
import pytest

from grader.testing import Mismatch
from grader.testing import assert_close
from grader.testing import assert_shape
from grader.testing import check

SIGN = "Go against the gradient: it points to where the loss grows, whatever sign your notes print."
REST = (
    "From rest the new velocity is -μ times the gradient: the learning rate belongs to it, and the momentum does not."
)
VELOCITY = "The new velocity is α times the old one minus μ times the gradient; compare both returned values with it."
COAST = "Without a gradient the velocity shrinks to α times what it was, and the weights move by that."
ORDER = "Compute the new velocity first, and move the weights by the new one, once."
KEEP = "Keep the velocity from step to step: it is set to 0 once, before the first step."
ZERO = "Before the first step the velocity is 0, so the first step is one of plain descent."
FRESH = "Ask for the gradient again at every new point, and use it there."
POINTS = "The first row is the start; then comes one new array for each step."
STABLE = (
    "On the steepest axis the learning rate may be at most 2 (1 + α) / λ; beyond that every step overshoots by more."
)
SWINGS = (
    "On every axis the roots are complex, and r is √α: the walk swings for longer than it must, so take less momentum."
)
CREEPS = "On one axis the roots are real, and it creeps: look at both ends of the range, and change learning rate or momentum."


def random_quadratic(rng, dims):
    """Curvatures, the matrix that has them along random axes, a minimum and a start."""
    axes, _ = np.linalg.qr(rng.normal(size=(dims, dims)))
    curvatures = rng.uniform(0.5, 2.0, size=dims)
    return curvatures, axes, rng.normal(size=dims), 3 * rng.normal(size=dims)


def quadratic(curvatures, axes, minimum):
    """The gradient of a quadratic loss."""
    return lambda point: axes @ (curvatures * (axes.T @ (np.asarray(point, dtype=float) - minimum)))


def expected_path(curvatures, axes, minimum, start, learning_rate, momentum, steps):
    """The path without a velocity, axis by axis: x_{t+1} = (1 + α - μ λ) x_t - α x_{t-1}."""
    distances = [axes.T @ (start - minimum)]
    before = distances[0]
    for _ in range(steps):
        now = distances[-1]
        distances.append((1 + momentum - learning_rate * curvatures) * now - momentum * before)
        before = now
    return minimum + np.array(distances) @ axes.T


def shrinking(learning_rate, momentum, curvatures):
    """The factor by which the distance shrinks a step, in the long run, along the slowest axis."""
    half = (1 + momentum - learning_rate * curvatures) / 2
    root = np.sqrt(half.astype(complex) ** 2 - momentum)
    return float(np.max(np.maximum(np.abs(half + root), np.abs(half - root))))


def measure_settings(submission, flattest, narrowness):
    """How many times the steps of the best settings a descent takes, and what to try about it."""
    steepest = flattest * narrowness
    settings = submission.best_settings(flattest, steepest)
    check(
        isinstance(settings, tuple | list) and len(settings) == 2,
        "These are not two numbers.",
        returned=settings,
        expected="(learning_rate, momentum)",
        next_step="End with `return learning_rate, momentum`.",
    )
    learning_rate, momentum = (float(assert_shape(part, ())) for part in settings)
    check(
        learning_rate > 0 and 0 <= momentum < 1,
        "The learning rate is to be above 0, and the momentum from 0 to less than 1.",
        returned=settings,
        next_step="Return the learning rate first, then the momentum.",
    )
    curvatures = np.concatenate([np.geomspace(flattest, steepest, 400), np.linspace(flattest, steepest, 400)])
    factor, root = shrinking(learning_rate, momentum, curvatures), np.sqrt(narrowness)
    check(
        factor < 1,
        f"Along one of the axes the distance is multiplied by {factor:.4g} in every step, and never shrinks.",
        returned=settings,
        next_step=STABLE,
    )
    ratio = np.log((root - 1) / (root + 1)) / np.log(factor)
    return float(ratio), SWINGS if factor < np.sqrt(momentum) + 1e-3 else CREEPS


def assert_part(what, returned, expected, next_step):
    """Compares one of the two things that a step returns, and says what it is."""
    try:
        assert_close(returned, expected, next_step=next_step)
    except Mismatch as mismatch:
        mismatch.problem = f"{what} {mismatch.problem}"
        raise


def take_step(submission, *arguments):
    """What one step returns, as two things."""
    returned = submission.momentum_step(*arguments)
    check(
        isinstance(returned, tuple | list) and len(returned) == 2,
        "These are not two arrays.",
        returned=returned,
        expected="(weights, velocity)",
        next_step="End with `return weights, velocity`, both of them new.",
    )
    return returned


@pytest.mark.task(1)
def test_step_from_rest(submission):
    """Steps against the gradient when the velocity is 0."""
    weights, velocity = take_step(submission, np.array([1.0, 2.0]), np.zeros(2), np.array([4.0, -8.0]), 0.25, 0.5)
    velocity = assert_shape(velocity, (2,))
    assert_part(
        "This is the new velocity.", velocity, [-1.0, 2.0], SIGN if np.allclose(velocity, [1.0, -2.0]) else REST
    )
    assert_part("These are the new weights.", weights, [0.0, 4.0], ORDER)


@pytest.mark.task(1)
def test_step_on_flat_ground(submission):
    """Coasts where the gradient is 0, and slows down."""
    weights, velocity = take_step(submission, np.array([1.0, 2.0]), np.array([4.0, -8.0]), np.zeros(2), 0.125, 0.75)
    assert_part("This is the new velocity.", velocity, [3.0, -6.0], COAST)
    assert_part("These are the new weights.", weights, [4.0, -4.0], ORDER)


@pytest.mark.task(1)
@pytest.mark.parametrize("shape", [(3,), (2, 3), (4, 1, 2)])
def test_step(submission, rng, shape):
    """Takes a step with weights of shape `shape`."""
    weights, velocity, gradient = rng.normal(size=(3, *shape))
    learning_rate, momentum = float(rng.uniform(0.1, 0.5)), float(rng.uniform(0.3, 0.9))
    new_weights, new_velocity = take_step(submission, weights, velocity, gradient, learning_rate, momentum)
    expected = momentum * velocity - learning_rate * gradient
    assert_part("This is the new velocity.", new_velocity, expected, VELOCITY)
    assert_part("These are the new weights.", new_weights, weights + expected, ORDER)


@pytest.mark.task(2)
@pytest.mark.parametrize("steps", [0, 1, 4])
def test_path_has_the_start_and_one_row_for_each_step(submission, steps):
    """Begins the path with the start and adds one row for each step, `steps` of them here."""
    path = submission.momentum_descent(lambda point: np.ones(3), np.array([3.0, -1.0, 2.0]), 0.1, 0.5, steps)
    path = assert_shape(path, (steps + 1, 3), next_step=POINTS)
    assert_close(path[0], [3.0, -1.0, 2.0], next_step=POINTS)


@pytest.mark.task(2)
def test_first_step(submission):
    """Takes the first step from rest."""
    path = submission.momentum_descent(lambda point: np.array([2.0, -4.0]), np.array([1.0, 1.0]), 0.5, 0.9, 1)
    assert_close(path, [[1.0, 1.0], [0.0, 3.0]], next_step=ZERO)


@pytest.mark.task(2)
@pytest.mark.parametrize(("momentum", "path"), [(0.5, [0, 1, 2.5, 4.25]), (1.0, [0, 1, 3, 6]), (0.0, [0, 1, 2, 3])])
def test_constant_slope(submission, momentum, path):
    """Makes the path `path` on a slope that stays the same, with a momentum of `momentum`."""
    returned = submission.momentum_descent(lambda point: np.array([-4.0]), np.array([0.0]), 0.25, momentum, 3)
    assert_close(returned, np.array(path)[:, None], next_step=KEEP)


@pytest.mark.task(2)
def test_asks_once_at_each_point(submission):
    """Calls `gradient` at most once at each point of the path, and nowhere else."""
    asked = []

    def gradient(point):
        asked.append(np.array(point, dtype=float))
        return np.asarray(point, dtype=float)

    path = submission.momentum_descent(gradient, np.array([12.0, 16.0]), 0.25, 0.5, 6)
    path = assert_shape(path, (7, 2), next_step=POINTS)
    check(
        6 <= len(asked) <= 7,
        f"For a path of 7 points the gradient was computed {len(asked)} times, which is not 6 or 7.",
        next_step="Call `gradient` once at each new point, and nowhere else.",
    )
    assert_close(asked, path[: len(asked)], next_step="Call `gradient` at the points of the path, in their order.")


@pytest.mark.task(2)
@pytest.mark.parametrize(("dims", "momentum"), [(1, 0.9), (2, 0.6), (5, 0.8)])
def test_follows_a_quadratic(submission, rng, dims, momentum):
    """Follows the path of a quadratic loss in dimension `dims`, with a momentum of `momentum`."""
    curvatures, axes, minimum, start = random_quadratic(rng, dims)
    path = submission.momentum_descent(quadratic(curvatures, axes, minimum), start, 0.4, momentum, 20)
    assert_close(path, expected_path(curvatures, axes, minimum, start, 0.4, momentum, 20), next_step=FRESH)


@pytest.mark.task(2)
def test_narrow_valley(submission, pictures):
    """Walks down a narrow valley, with momentum and without."""
    curvatures, axes, minimum, start = np.array([0.06, 2.0]), np.eye(2), np.zeros(2), np.array([-9.0, 1.5])
    paths = {}
    for label, momentum in (("without momentum", 0.0), ("momentum 0.7", 0.7)):
        path = submission.momentum_descent(quadratic(curvatures, axes, minimum), start, 0.92, momentum, 25)
        paths[label] = assert_shape(path, (26, 2), next_step=POINTS)
    pictures.paths("narrow_valley", lambda points: points**2 @ curvatures / 2, paths)
    for path, momentum in zip(paths.values(), (0.0, 0.7), strict=True):
        assert_close(path, expected_path(curvatures, axes, minimum, start, 0.92, momentum, 25), next_step=KEEP)


@pytest.mark.task(3)
def test_broad_valleys(submission):
    """Needs at most 1.5 times as many steps as the best settings, where curvatures are alike."""
    for narrowness in (4.0, 1.5, 9.0):
        ratio, next_step = measure_settings(submission, 2.0, narrowness)
        check(
            ratio <= 1.5,
            f"With curvatures from 2 to {2 * narrowness:g} it takes {ratio:.3g} times the steps of the best settings.",
            next_step=next_step,
        )


@pytest.mark.task(3)
def test_narrow_valleys(submission, rng, threshold):
    """Needs at most 1.5 times as many steps as the best settings, where one axis is far steeper than another."""
    valleys = [(0.5, 40.0), (20.0, 1e3), (1e-3, 1e4), (1.0, float(rng.uniform(50, 500)))]
    ratio, next_step = max(measure_settings(submission, *valley) for valley in valleys)
    threshold("time", ratio, next_step=next_step)
