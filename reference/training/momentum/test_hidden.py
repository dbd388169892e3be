"""What `momentum` must do."""

import numpy as np
import pytest

from grader.testing import Quadratic
from grader.testing import Recorder
from grader.testing import assert_close
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import unpack

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
SWINGS = "On every axis the roots are complex, and r is √α: the walk oscillates for longer than it must, so take less momentum."
CREEPS = "On one axis the roots are real, and it creeps: look at both ends of the range, and change learning rate or momentum."


def expected_path(loss, start, learning_rate, momentum, steps):
    """The path without a velocity, axis by axis: x_{t+1} = (1 + α - μ λ) x_t - α x_{t-1}."""
    distances = [loss.distances(start)]
    before = distances[0]
    for _ in range(steps):
        now = distances[-1]
        distances.append((1 + momentum - learning_rate * loss.curvatures) * now - momentum * before)
        before = now
    return loss.points(distances)


def descend(submission, gradient, start, learning_rate, momentum, steps):
    """The path, which has one row for the start and one for each step."""
    path = submission.momentum_descent(gradient, np.array(start), learning_rate, momentum, steps)
    return assert_shape(path, (steps + 1, len(start)), name="the path", next_step=POINTS)


def shrinking(learning_rate, momentum, curvatures):
    """The factor by which the distance shrinks a step, in the long run, along the slowest axis."""
    half = (1 + momentum - learning_rate * curvatures) / 2
    root = np.sqrt(half.astype(complex) ** 2 - momentum)
    return float(np.max(np.maximum(np.abs(half + root), np.abs(half - root))))


def measure_settings(submission, flattest, narrowness):
    """How many times the steps of the best settings a descent takes, and what to try about it."""
    steepest = flattest * narrowness
    settings = unpack(submission.best_settings(flattest, steepest), "learning_rate", "momentum")
    learning_rate, momentum = (float(assert_shape(part, ())) for part in settings)
    check(
        learning_rate > 0 and 0 <= momentum < 1,
        "The learning rate has to be above 0, and the momentum from 0 to less than 1.",
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


def check_step(submission, weights, velocity, gradient, learning_rate, momentum, expected, velocity_step):
    """Takes one step, and compares the velocity before the weights, which move by it."""
    returned = submission.momentum_step(
        np.array(weights), np.array(velocity), np.array(gradient), learning_rate, momentum
    )
    new_weights, new_velocity = unpack(returned, "weights", "velocity")
    new_velocity = assert_shape(new_velocity, np.shape(velocity), name="the new velocity")
    climbs = np.allclose(new_velocity, momentum * np.array(velocity) + learning_rate * np.array(gradient))
    assert_close(new_velocity, expected, name="the new velocity", next_step=SIGN if climbs else velocity_step)
    assert_close(new_weights, np.add(weights, expected), name="the new weights", next_step=ORDER)


@pytest.mark.task(1)
def test_step_from_rest(submission):
    """Steps against the gradient when the velocity is 0."""
    check_step(submission, [1.0, 2.0], [0.0, 0.0], [4.0, -8.0], 0.25, 0.5, [-1.0, 2.0], REST)


@pytest.mark.task(1)
def test_step_on_flat_ground(submission):
    """Coasts where the gradient is 0, and slows down."""
    check_step(submission, [1.0, 2.0], [4.0, -8.0], [0.0, 0.0], 0.125, 0.75, [3.0, -6.0], COAST)


@pytest.mark.task(1)
@pytest.mark.parametrize("shape", [(3,), (2, 3), (4, 1, 2)])
def test_step(submission, rng, shape):
    """Takes a step with weights of shape `shape`."""
    weights, velocity, gradient = rng.normal(size=(3, *shape))
    learning_rate, momentum = float(rng.uniform(0.1, 0.5)), float(rng.uniform(0.3, 0.9))
    expected = momentum * velocity - learning_rate * gradient
    check_step(submission, weights, velocity, gradient, learning_rate, momentum, expected, VELOCITY)


@pytest.mark.task(2)
@pytest.mark.parametrize("steps", [0, 1, 4])
def test_path_has_the_start_and_one_row_for_each_step(submission, steps):
    """Begins the path with the start and adds one row for each step, `steps` of them here."""
    path = descend(submission, lambda point: np.ones(3), [3.0, -1.0, 2.0], 0.1, 0.5, steps)
    assert_close(path[0], [3.0, -1.0, 2.0], name="the first row", next_step=POINTS)


@pytest.mark.task(2)
def test_first_step(submission):
    """Takes the first step from rest."""
    path = descend(submission, lambda point: np.array([2.0, -4.0]), [1.0, 1.0], 0.5, 0.9, 1)
    assert_close(path, [[1.0, 1.0], [0.0, 3.0]], next_step=ZERO)


@pytest.mark.task(2)
@pytest.mark.parametrize(("momentum", "path"), [(0.5, [0, 1, 2.5, 4.25]), (1.0, [0, 1, 3, 6]), (0.0, [0, 1, 2, 3])])
def test_constant_slope(submission, momentum, path):
    """Makes the path `path` on a slope that stays the same, with a momentum of `momentum`."""
    returned = descend(submission, lambda point: np.array([-4.0]), [0.0], 0.25, momentum, 3)
    assert_close(returned, np.array(path)[:, None], next_step=KEEP)


@pytest.mark.task(2)
def test_asks_once_at_each_point(submission):
    """Calls `gradient` at most once at each point of the path, and nowhere else."""
    gradient = Recorder(lambda point: np.asarray(point, dtype=float), "gradient")
    path = descend(submission, gradient, [12.0, 16.0], 0.25, 0.5, 6)
    check(
        6 <= len(gradient.calls) <= 7,
        f"For a path of 7 points the gradient was computed {len(gradient.calls)} times, which is not 6 or 7.",
        next_step="Call `gradient` once at each new point, and nowhere else.",
    )
    asked = [point for (point,) in gradient.calls]
    assert_close(asked, path[: len(asked)], next_step="Call `gradient` at the points of the path, in order.")


@pytest.mark.task(2)
@pytest.mark.parametrize(("dims", "momentum"), [(1, 0.9), (2, 0.6), (5, 0.8)])
def test_follows_a_quadratic(submission, rng, dims, momentum):
    """Follows the path of a quadratic loss with a momentum of `momentum`; dimensions: `dims`."""
    loss, start = Quadratic.random(rng, dims), 3 * rng.normal(size=dims)
    path = descend(submission, loss.gradient, start, 0.4, momentum, 20)
    assert_close(path, expected_path(loss, start, 0.4, momentum, 20), next_step=FRESH)


@pytest.mark.task(2)
def test_narrow_valley(submission, pictures):
    """Walks down a narrow valley, with momentum and without."""
    loss, start, momenta = Quadratic([0.06, 2.0]), [-9.0, 1.5], {"without momentum": 0.0, "momentum 0.7": 0.7}
    paths = {name: descend(submission, loss.gradient, start, 0.92, momentum, 25) for name, momentum in momenta.items()}
    pictures.paths("narrow_valley", loss, paths)
    for name, momentum in momenta.items():
        assert_close(
            paths[name], expected_path(loss, start, 0.92, momentum, 25), name=f"the path {name}", next_step=KEEP
        )


@pytest.mark.task(3)
def test_broad_valleys(submission, rng):
    """Needs at most 1.5 times as many steps as the best settings, where curvatures are alike."""
    for narrowness in rng.permutation([4.0, 1.5, 9.0]).tolist():
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
    ratio, next_step = max(measure_settings(submission, *valley) for valley in rng.permutation(valleys).tolist())
    threshold("time", ratio, next_step=next_step)
