"""What `nesterov` must do."""

import numpy as np
import pytest

from grader.testing import Mismatch
from grader.testing import assert_close
from grader.testing import assert_shape
from grader.testing import check

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


def random_quadratic(rng, dims):
    """Curvatures, the matrix that has them along random axes, a minimum and a start."""
    axes, _ = np.linalg.qr(rng.normal(size=(dims, dims)))
    curvatures = rng.uniform(0.5, 2.0, size=dims)
    return curvatures, axes, rng.normal(size=dims), 3 * rng.normal(size=dims)


def quadratic(curvatures, axes, minimum):
    """The gradient of a quadratic loss."""
    return lambda point: axes @ (curvatures * (axes.T @ (np.asarray(point, dtype=float) - minimum)))


def expected_path(curvatures, axes, minimum, start, learning_rate, momentum, steps, looks_ahead=True):
    """The path without a velocity, axis by axis: x_{t+1} = (1 - μ λ) ((1 + α) x_t - α x_{t-1}), or plain momentum's."""
    before = now = axes.T @ (start - minimum)
    distances = [now]
    for _ in range(steps):
        ahead = now + momentum * (now - before)
        before, now = now, ahead - learning_rate * curvatures * (ahead if looks_ahead else now)
        distances.append(now)
    return minimum + np.array(distances) @ axes.T


def assert_part(what, returned, expected, next_step):
    """Compares one of the two things that a step returns, and says what it is."""
    try:
        assert_close(returned, expected, next_step=next_step)
    except Mismatch as mismatch:
        mismatch.problem = f"{what} {mismatch.problem}"
        raise


def take_two(returned):
    """What a step returns, as two things."""
    check(
        isinstance(returned, tuple | list) and len(returned) == 2,
        "These are not two arrays.",
        returned=returned,
        expected="two arrays",
        next_step="Return the new point and the new velocity, in this order.",
    )
    return returned


@pytest.mark.task(1)
def test_step_from_rest(submission):
    """Takes a plain step against the gradient when the velocity is 0."""
    gradient = np.array([4.0, -8.0])
    weights, velocity = take_two(
        submission.nesterov_step(lambda point: gradient, np.array([1.0, 2.0]), np.zeros(2), 0.25, 0.5)
    )
    velocity = assert_shape(velocity, (2,))
    assert_part(
        "This is the new velocity.", velocity, [-1.0, 2.0], SIGN if np.allclose(velocity, [1.0, -2.0]) else REST
    )
    assert_part("These are the new weights.", weights, [0.0, 4.0], REST)


@pytest.mark.task(1)
def test_asks_at_the_point_ahead(submission):
    """Asks for the gradient at the point ahead, and only there."""
    asked = []

    def gradient(point):
        asked.append(np.array(point, dtype=float))
        return np.ones(2)

    submission.nesterov_step(gradient, np.array([1.0, 2.0]), np.array([4.0, -8.0]), 0.125, 0.75)
    check(len(asked) == 1, f"In one step the gradient was computed {len(asked)} times.", next_step=AHEAD)
    places = {"w": [1.0, 2.0], "w - α v": [-2.0, 8.0], "w + v": [5.0, -6.0]}
    place = assert_shape(asked[0], (2,), next_step=AHEAD)
    found = next((name for name, point in places.items() if np.allclose(place, point)), None)
    check(
        np.allclose(place, [4.0, -4.0]),
        f"The gradient was computed at {found or place.tolist()}, and it should be at w + α v = [4.0, -4.0].",
        next_step=ASKED.get(found, AHEAD),
    )


@pytest.mark.task(1)
def test_step_on_flat_ground(submission):
    """Coasts where the gradient is 0, and slows down."""
    weights, velocity = take_two(
        submission.nesterov_step(lambda point: np.zeros(2), np.array([1.0, 2.0]), np.array([4.0, -8.0]), 0.125, 0.75)
    )
    assert_part("This is the new velocity.", velocity, [3.0, -6.0], COAST)
    assert_part("These are the new weights.", weights, [4.0, -4.0], ONCE)


@pytest.mark.task(1)
@pytest.mark.parametrize("shape", [(3,), (2, 3)])
def test_step(submission, rng, shape):
    """Takes a step with weights of shape `shape` on a random bowl."""
    weights, velocity, minimum = rng.normal(size=(3, *shape))
    curvature, learning_rate, momentum = rng.uniform(0.5, 2.0, size=shape), 0.3, float(rng.uniform(0.4, 0.9))
    returned = submission.nesterov_step(
        lambda point: curvature * (np.asarray(point) - minimum), weights, velocity, learning_rate, momentum
    )
    new_weights, new_velocity = take_two(returned)
    # A gradient step from the point ahead, and the distance that it makes from the weights.
    shrunk = 1 - learning_rate * curvature
    expected = shrunk * (weights + momentum * velocity) + (1 - shrunk) * minimum
    assert_part("This is the new velocity.", new_velocity, expected - weights, VELOCITY)
    assert_part("These are the new weights.", new_weights, expected, ONCE)


@pytest.mark.task(2)
@pytest.mark.parametrize("steps", [0, 1, 4])
def test_path_has_the_start_and_one_row_for_each_step(submission, steps):
    """Begins the path with the start and adds one row for each step, `steps` of them here."""
    path = submission.nesterov_descent(lambda point: np.ones(3), np.array([3.0, -1.0, 2.0]), 0.1, 0.5, steps)
    path = assert_shape(path, (steps + 1, 3), next_step=POINTS)
    assert_close(path[0], [3.0, -1.0, 2.0], next_step=POINTS)


@pytest.mark.task(2)
def test_constant_slope(submission):
    """Gathers speed on a slope that stays the same."""
    path = submission.nesterov_descent(lambda point: np.array([-4.0]), np.array([0.0]), 0.25, 0.5, 3)
    are_ahead = np.allclose(assert_shape(path, (4, 1), next_step=POINTS), [[0.0], [1.5], [3.25], [5.125]])
    assert_close(path, [[0.0], [1.0], [2.5], [4.25]], next_step=POINTS if are_ahead else KEEP)


@pytest.mark.task(2)
def test_asks_once_for_each_step(submission):
    """Calls `gradient` once for each step, always ahead of the weights."""
    asked = []

    def gradient(point):
        asked.append(np.array(point, dtype=float))
        return np.asarray(point, dtype=float)

    path = submission.nesterov_descent(gradient, np.array([12.0, 16.0]), 0.25, 0.5, 6)
    path = np.asarray(assert_shape(path, (7, 2), next_step=POINTS), dtype=float)
    check(len(asked) == 6, f"For 6 steps the gradient was computed {len(asked)} times.", next_step=AHEAD)
    ahead = path[:-1] + 0.5 * np.diff(path[:-1], axis=0, prepend=path[:1])
    assert_close(asked, ahead, next_step="Ask at w + α v in every step; on the first one v is 0.")


@pytest.mark.task(2)
@pytest.mark.parametrize(("dims", "momentum"), [(1, 0.9), (4, 0.7)])
def test_follows_a_quadratic(submission, rng, dims, momentum):
    """Follows the path of a quadratic loss in dimension `dims`, with a momentum of `momentum`."""
    curvatures, axes, minimum, start = random_quadratic(rng, dims)
    path = submission.nesterov_descent(quadratic(curvatures, axes, minimum), start, 0.4, momentum, 20)
    assert_close(path, expected_path(curvatures, axes, minimum, start, 0.4, momentum, 20), next_step=KEEP)


@pytest.mark.task(2)
def test_narrow_valley(submission, pictures):
    """Walks down a narrow valley, and swings less than plain momentum does."""
    curvatures, axes, minimum, start = np.array([0.06, 2.0]), np.eye(2), np.zeros(2), np.array([-9.0, 1.5])
    valley = (curvatures, axes, minimum, start, 0.4, 0.85, 30)
    path = submission.nesterov_descent(quadratic(curvatures, axes, minimum), start, 0.4, 0.85, 30)
    path = assert_shape(path, (31, 2), next_step=POINTS)
    paths = {"plain momentum": expected_path(*valley, looks_ahead=False), "Nesterov momentum": path}
    pictures.paths("narrow_valley", lambda points: points**2 @ curvatures / 2, paths)
    assert_close(path, expected_path(*valley), next_step=KEEP)


@pytest.mark.task(3)
def test_lookahead_step_by_hand(submission):
    """Goes from one point ahead to the next, in numbers that one can compute by hand."""
    ahead, velocity = take_two(submission.lookahead_step(np.array([2.0]), np.array([1.0]), np.array([4.0]), 0.25, 0.5))
    assert_part(
        "This is the new velocity.",
        velocity,
        [-0.5],
        "The velocity is the same as in `nesterov_step`: 0.5 · 1 - 0.25 · 4.",
    )
    slips = {
        1.5: "That moves by the velocity, as plain momentum does; look ahead again with the new velocity.",
        1.25: "The old look-ahead is still in it: go back by α v_{t-1} before you step by v_t and look ahead by α v_t.",
        1.75: "That looks ahead with the new velocity, and the step itself is missing.",
        1.0: "These are the weights w_{t+1}; what the variable holds lies α v_t in front of them.",
    }
    ahead = assert_shape(ahead, (1,), next_step=NEXT)
    found = next((step for value, step in slips.items() if np.allclose(ahead, value)), NEXT)
    assert_part("This is the new point ahead.", ahead, [0.75], found)


@pytest.mark.task(3)
@pytest.mark.parametrize("shape", [(3,), (2, 3)])
def test_lookahead_step(submission, rng, shape):
    """Takes a step with points of shape `shape`."""
    weights, velocity, gradient = rng.normal(size=(3, *shape))
    learning_rate, momentum = float(rng.uniform(0.1, 0.5)), float(rng.uniform(0.3, 0.9))
    returned = submission.lookahead_step(weights + momentum * velocity, velocity, gradient, learning_rate, momentum)
    ahead, new_velocity = take_two(returned)
    expected = momentum * velocity - learning_rate * gradient
    assert_part("This is the new velocity.", new_velocity, expected, VELOCITY)
    assert_part("This is the new point ahead.", ahead, weights + expected + momentum * expected, NEXT)


@pytest.mark.task(3)
def test_lookahead_steps_are_the_same_walk(submission, rng):
    """Goes through the points of task 2, each moved ahead by α v."""
    curvatures, axes, minimum, start = random_quadratic(rng, 3)
    gradient = quadratic(curvatures, axes, minimum)
    path = expected_path(curvatures, axes, minimum, start, 0.4, 0.8, 12)
    expected = path + 0.8 * np.diff(path, axis=0, prepend=path[:1])
    points, velocity = [start], np.zeros(3)
    for _ in range(12):
        slope = gradient(points[-1])
        ahead, velocity = take_two(submission.lookahead_step(points[-1], velocity, slope, 0.4, 0.8))
        velocity = np.asarray(assert_shape(velocity, (3,), next_step=VELOCITY), dtype=float)
        points.append(np.asarray(assert_shape(ahead, (3,), next_step=NEXT), dtype=float))
    check(
        np.allclose(points, expected, rtol=1e-4, atol=1e-5),
        "These are the points ahead that 12 calls lead to, each with what the last one returned.",
        returned=np.array(points),
        expected=expected,
        next_step=NEXT,
    )
