"""What `nesterov` must do."""

import numpy as np
import pytest

from grader.testing import Quadratic
from grader.testing import Recorder
from grader.testing import assert_close
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import unpack

SIGN = "Go against the gradient: it points to where the loss grows, whatever sign your notes print."
REST = "From rest the new velocity is -μ times the gradient, and the weights move by it."
AHEAD = "Ask for the gradient once, at the point ahead, w + α v."
ONCE = "The weights move by the new velocity from where they are: α v is in it, and must not be added again."
VELOCITY = "The new velocity is α times the old one minus μ times the gradient at the point ahead."
COAST = "Without a gradient the velocity shrinks to α times what it was, and the weights move by that."
KEEP = "Keep the velocity from step to step: it is set to 0 once, before the first step."
POINTS = "The rows are the start and then the weights after each step, not the points ahead."
NEXT = "The next point ahead lies α v_t in front of w_{t+1}; express both by what you are given."

ASKED = {
    "w": "This is the gradient underfoot, as in plain momentum: look α v ahead before you ask.",
    "w - α v": "This looks back to where the weights came from: the point ahead is w plus α v.",
    "w + v": "Only the share α of the old velocity goes on: the point ahead is w + α v, not w + v.",
}


def expected_path(loss, start, learning_rate, momentum, steps, looks_ahead=True):
    """The path without a velocity, axis by axis: x_{t+1} = (1 - μ λ) ((1 + α) x_t - α x_{t-1}), or plain momentum's."""
    before = now = loss.distances(start)
    distances = [now]
    for _ in range(steps):
        ahead = now + momentum * (now - before)
        before, now = now, ahead - learning_rate * loss.curvatures * (ahead if looks_ahead else now)
        distances.append(now)
    return loss.points(distances)


def descend(submission, gradient, start, learning_rate, momentum, steps):
    """The path, which has one row for the start and one for each step."""
    path = submission.nesterov_descent(gradient, np.array(start), learning_rate, momentum, steps)
    return assert_shape(path, (steps + 1, len(start)), name="the path", next_step=POINTS)


def check_step(returned, point, velocity, point_step, velocity_step, point_is="weights"):
    """Compares what a step returns: the velocity before the point, which moves by it."""
    new_point, new_velocity = unpack(returned, point_is, "velocity")
    assert_close(new_velocity, velocity, name="the new velocity", next_step=velocity_step)
    name = "the new weights" if point_is == "weights" else "the new point ahead"
    assert_close(new_point, point, name=name, next_step=point_step)


@pytest.mark.task(1)
def test_step_from_rest(submission):
    """Takes a plain step against the gradient when the velocity is 0."""
    returned = submission.nesterov_step(
        lambda point: np.array([4.0, -8.0]), np.array([1.0, 2.0]), np.zeros(2), 0.25, 0.5
    )
    velocity = assert_shape(unpack(returned, "weights", "velocity")[1], (2,), name="the new velocity")
    step = SIGN if np.allclose(velocity, [1.0, -2.0]) else REST
    check_step(returned, [0.0, 4.0], [-1.0, 2.0], REST, step)


@pytest.mark.task(1)
def test_asks_at_the_point_ahead(submission):
    """Asks for the gradient at the point ahead, and only there."""
    gradient = Recorder(lambda point: np.ones(2), "gradient")
    submission.nesterov_step(gradient, np.array([1.0, 2.0]), np.array([4.0, -8.0]), 0.125, 0.75)
    calls = len(gradient.calls)
    check(calls == 1, f"In one step the gradient was computed {calls} times.", next_step=AHEAD)
    places = {"w": [1.0, 2.0], "w - α v": [-2.0, 8.0], "w + v": [5.0, -6.0]}
    place = assert_shape(gradient.calls[0][0], (2,), next_step=AHEAD)
    found = next((name for name, point in places.items() if np.allclose(place, point)), None)
    check(
        np.allclose(place, [4.0, -4.0]),
        f"The gradient was computed at {found or place.tolist()}, and it should be at w + α v = [4.0, -4.0].",
        next_step=ASKED.get(found, AHEAD),
    )


@pytest.mark.task(1)
def test_step_on_flat_ground(submission):
    """Coasts where the gradient is 0, and slows down."""
    weights, velocity = np.array([1.0, 2.0]), np.array([4.0, -8.0])
    returned = submission.nesterov_step(lambda point: np.zeros(2), weights, velocity, 0.125, 0.75)
    check_step(returned, [4.0, -4.0], [3.0, -6.0], ONCE, COAST)


@pytest.mark.task(1)
@pytest.mark.parametrize("shape", [(3,), (2, 3)])
def test_step(submission, rng, shape):
    """Takes a step with weights of shape `shape` on a random bowl."""
    weights, velocity, minimum = rng.normal(size=(3, *shape))
    curvature, learning_rate, momentum = rng.uniform(0.5, 2.0, size=shape), 0.3, float(rng.uniform(0.4, 0.9))
    returned = submission.nesterov_step(
        lambda point: curvature * (np.asarray(point) - minimum), weights, velocity, learning_rate, momentum
    )
    # A gradient step from the point ahead, and the distance that it makes from the weights.
    shrunk = 1 - learning_rate * curvature
    expected = shrunk * (weights + momentum * velocity) + (1 - shrunk) * minimum
    check_step(returned, expected, expected - weights, ONCE, VELOCITY)


@pytest.mark.task(2)
@pytest.mark.parametrize("steps", [0, 1, 4])
def test_path_has_the_start_and_one_row_for_each_step(submission, steps):
    """Begins the path with the start and adds one row for each step, `steps` of them here."""
    path = descend(submission, lambda point: np.ones(3), [3.0, -1.0, 2.0], 0.1, 0.5, steps)
    assert_close(path[0], [3.0, -1.0, 2.0], name="the first row", next_step=POINTS)


@pytest.mark.task(2)
def test_constant_slope(submission):
    """Gathers speed on a slope that stays the same."""
    path = descend(submission, lambda point: np.array([-4.0]), [0.0], 0.25, 0.5, 3)
    are_ahead = np.allclose(path, [[0.0], [1.5], [3.25], [5.125]])
    assert_close(path, [[0.0], [1.0], [2.5], [4.25]], next_step=POINTS if are_ahead else KEEP)


@pytest.mark.task(2)
def test_asks_once_for_each_step(submission):
    """Calls `gradient` once for each step, always ahead of the weights."""
    gradient = Recorder(lambda point: np.asarray(point, dtype=float), "gradient")
    path = descend(submission, gradient, [12.0, 16.0], 0.25, 0.5, 6).astype(float)
    asked = [point for (point,) in gradient.calls]
    check(len(asked) == 6, f"For 6 steps the gradient was computed {len(asked)} times.", next_step=AHEAD)
    ahead = path[:-1] + 0.5 * np.diff(path[:-1], axis=0, prepend=path[:1])
    assert_close(asked, ahead, next_step="Ask at w + α v in every step; on the first one v is 0.")


@pytest.mark.task(2)
@pytest.mark.parametrize(("dims", "momentum"), [(1, 0.9), (4, 0.7)])
def test_follows_a_quadratic(submission, rng, dims, momentum):
    """Follows the path of a quadratic loss with a momentum of `momentum`; dimensions: `dims`."""
    loss, start = Quadratic.random(rng, dims), 3 * rng.normal(size=dims)
    path = descend(submission, loss.gradient, start, 0.4, momentum, 20)
    assert_close(path, expected_path(loss, start, 0.4, momentum, 20), next_step=KEEP)


@pytest.mark.task(2)
def test_narrow_valley(submission, pictures):
    """Walks down a narrow valley, and oscillates less than plain momentum does."""
    loss, start, settings = Quadratic([0.06, 2.0]), [-9.0, 1.5], (0.4, 0.85, 30)
    path = descend(submission, loss.gradient, start, *settings)
    paths = {"plain momentum": expected_path(loss, start, *settings, looks_ahead=False), "Nesterov momentum": path}
    pictures.paths("narrow_valley", loss, paths)
    assert_close(path, expected_path(loss, start, *settings), next_step=KEEP)


@pytest.mark.task(3)
def test_lookahead_step_by_hand(submission):
    """Goes from one point ahead to the next, in numbers that can be computed by hand."""
    returned = submission.lookahead_step(np.array([2.0]), np.array([1.0]), np.array([4.0]), 0.25, 0.5)
    ahead = assert_shape(unpack(returned, "ahead", "velocity")[0], (1,), name="the new point ahead", next_step=NEXT)
    slips = {
        1.5: "That moves by the velocity, as plain momentum does; look ahead again with the new velocity.",
        1.25: "The old look-ahead is still in it: go back by α v_{t-1} before you step by v_t and look ahead by α v_t.",
        1.75: "That looks ahead with the new velocity, and the step itself is missing.",
        1.0: "These are the weights w_{t+1}; what the variable holds lies α v_t in front of them.",
    }
    ahead_step = next((step for value, step in slips.items() if np.allclose(ahead, value)), NEXT)
    velocity_step = "The velocity is the same as in `nesterov_step`: 0.5 · 1 - 0.25 · 4."
    check_step(returned, [0.75], [-0.5], ahead_step, velocity_step, "ahead")


@pytest.mark.task(3)
@pytest.mark.parametrize("shape", [(3,), (2, 3)])
def test_lookahead_step(submission, rng, shape):
    """Takes a step with points of shape `shape`."""
    weights, velocity, gradient = rng.normal(size=(3, *shape))
    learning_rate, momentum = float(rng.uniform(0.1, 0.5)), float(rng.uniform(0.3, 0.9))
    returned = submission.lookahead_step(weights + momentum * velocity, velocity, gradient, learning_rate, momentum)
    expected = momentum * velocity - learning_rate * gradient
    check_step(returned, weights + expected + momentum * expected, expected, NEXT, VELOCITY, "ahead")


@pytest.mark.task(3)
def test_lookahead_steps_are_the_same_walk(submission, rng):
    """Goes through the points of task 2, each moved ahead by α v."""
    loss, start = Quadratic.random(rng, 3), 3 * rng.normal(size=3)
    path = expected_path(loss, start, 0.4, 0.8, 12)
    expected = path + 0.8 * np.diff(path, axis=0, prepend=path[:1])
    points, velocity = [start], np.zeros(3)
    for _ in range(12):
        returned = submission.lookahead_step(points[-1], velocity, loss.gradient(points[-1]), 0.4, 0.8)
        ahead, velocity = unpack(returned, "ahead", "velocity")
        velocity = assert_shape(velocity, (3,), name="the new velocity", next_step=VELOCITY)
        points.append(assert_shape(ahead, (3,), name="the new point ahead", next_step=NEXT))
    assert_close(points, expected, name="the start and the points ahead after each of 12 calls", next_step=NEXT)
