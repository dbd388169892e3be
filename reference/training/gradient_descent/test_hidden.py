"""What `gradient_descent` must do."""

import numpy as np
import pytest

from grader.testing import Quadratic
from grader.testing import Recorder
from grader.testing import assert_close
from grader.testing import assert_shape
from grader.testing import check

SIGN = "Step against the gradient: w - μ∇L(w). It points to where the loss grows, whatever sign your notes print."
FRESH = "Ask for the gradient again at every new point."
COUNT = "Count rows: the start, and then one after each step."
COPY = "An array that is changed in place changes wherever it is kept, in the path too: make a new array in each step."
LATE = "Compare with the tolerance before the step: the first point that is flat enough is the last of the path."
LENGTH = "The tolerance is for the gradient; the step is the learning rate times that."
STOP = "At each point compare the Euclidean norm of the gradient with the tolerance, and step only if it is larger."


HALVES = [[24.0, 32.0], [12.0, 16.0], [6.0, 8.0], [3.0, 4.0]]
"""Points that halve their distance from the bowl's lowest point; the norms of the gradient are 40, 20, 10 and 5."""


def bowl(point):
    """The gradient of ½‖w‖²."""
    return np.asarray(point, dtype=float)


def closed_form(loss, start, learning_rate, steps):
    """The path on a quadratic without walking it: along each axis of the bowl the distance shrinks by 1 - μλ."""
    factors = (1 - learning_rate * loss.curvatures) ** np.arange(steps + 1)[:, None]
    return np.concatenate([[start], loss.points(factors * loss.distances(start))[1:]])


def random_data(rng, samples, features, scale=1.0):
    """Noisy samples, the mean squared error of a linear model as a quadratic, and a learning rate for it."""
    inputs = rng.normal(size=(samples, features))
    targets = scale * (inputs @ rng.normal(size=features) + rng.normal(size=samples))
    curvatures, axes = np.linalg.eigh(2 * inputs.T @ inputs / samples)
    loss = Quadratic(curvatures, axes=axes, minimum=np.linalg.lstsq(inputs, targets, rcond=None)[0])
    return inputs, targets, loss, 0.5 / float(curvatures[-1])


def tolerance_reached_at_last(path, loss):
    """A tolerance that lies in the middle between the gradient norms of the last row and the row before."""
    norms = np.linalg.norm(loss.curvatures * loss.distances(path), axis=1)
    return float(np.sqrt(norms[-2] * norms[-1]))


def check_path(submission, gradient, settings, expected, next_step, rows_step=None, **tolerances):
    """Descends from where the expected path begins; unless `rows_step` is given, the step is for the number of rows too."""
    path = submission.gradient_descent(gradient, np.array(expected[0], dtype=float), *settings)
    path = assert_shape(path, np.shape(expected), next_step=rows_step or next_step)
    assert_close(path, expected, next_step=next_step, **tolerances)


@pytest.mark.task(1)
@pytest.mark.parametrize("start", [[4.0, -2.0], [-1.0, 0.5, 8.0]])
def test_steps_against_the_gradient(submission, start):
    """Takes one step downhill from `start`."""
    path = submission.gradient_descent(bowl, np.array(start), 0.25, 0.0, 1)
    rows = assert_shape(path, (2, len(start)), next_step=COUNT)
    check((rows[0] != rows[1]).any(), "Both rows are the same point, and there is a step between them.", next_step=COPY)
    assert_close(path, [start, [0.75 * weight for weight in start]], next_step=SIGN)


@pytest.mark.task(1)
def test_step_grows_with_the_gradient(submission):
    """Makes the step as long as the learning rate times the gradient."""
    step = "Multiply the gradient by the learning rate, and nothing else."
    check_path(submission, lambda point: np.array([30.0, -40.0]), (0.1, 0.0, 1), [[1, 1], [-2, 5]], step, COUNT)


@pytest.mark.task(1)
def test_uses_the_gradient_of_each_point(submission):
    """Uses the gradient of the current point in every step."""
    check_path(submission, bowl, (0.5, 0.0, 3), [[8, -16], [4, -8], [2, -4], [1, -2]], FRESH, COUNT)


@pytest.mark.task(1)
@pytest.mark.parametrize("max_steps", [0, 1, 4])
def test_path_has_the_start_and_one_row_for_each_step(submission, max_steps):
    """Begins the path with the start and adds one row for each step, `max_steps` of them here."""
    path = submission.gradient_descent(bowl, np.array([3.0, -1.0, 2.0]), 0.1, 0.0, max_steps)
    path = assert_shape(path, (max_steps + 1, 3), next_step=COUNT)
    step = "The first row is the start. Do not change an array that is in the path."
    assert_close(path[0], [3.0, -1.0, 2.0], name="the first row", next_step=step)


@pytest.mark.task(1)
@pytest.mark.parametrize("dims", [1, 2, 5])
def test_follows_a_quadratic(submission, rng, dims):
    """Follows the path of a quadratic loss; dimensions: `dims`."""
    loss, start = Quadratic.random(rng, dims), 3 * rng.normal(size=dims)
    check_path(submission, loss.gradient, (0.3, 0.0, 15), closed_form(loss, start, 0.3, 15), FRESH, COUNT)


@pytest.mark.task(1)
def test_learning_rates(submission, pictures):
    """Walks in a narrow valley with a small, a good and a too large learning rate."""
    loss, start = Quadratic([0.5, 4.0], minimum=[1.0, -1.0]), np.array([4.0, 1.0])
    rates, paths = {"small (0.02)": 0.02, "good (0.4)": 0.4, "too large (0.505)": 0.505}, {}
    for label, rate in rates.items():
        path = submission.gradient_descent(loss.gradient, start, rate, 0.0, 30)
        paths[label] = assert_shape(path, (31, 2), next_step="Return the start and one row for each of the 30 steps.")
    losses = {label: loss(path) for label, path in paths.items()}
    pictures.curves("loss_along_the_path", np.arange(31), losses, xlabel="step", ylabel="loss")
    for label, rate in rates.items():
        assert_close(paths[label], closed_form(loss, start, rate, 30), next_step=FRESH)


@pytest.mark.task(2)
@pytest.mark.parametrize(("tolerance", "rows"), [(30.0, 2), (24.0, 2), (18.0, 3), (9.0, 4), (39.0, 2)])
def test_stops_at_the_first_flat_point(submission, tolerance, rows):
    """Ends the path after `rows` rows, at the first point where the norm of the gradient is at most `tolerance`."""
    path = submission.gradient_descent(bowl, np.array(HALVES[0]), 0.5, tolerance, 10)
    # With 30, no other norm leads to these numbers of rows; a step is 20 long and then 10.
    slips = {1: LENGTH, 3: LATE} if tolerance == 30.0 else {}
    path = assert_shape(path, (rows, 2), next_step=slips.get(len(path) if np.ndim(path) else 0, STOP))
    assert_close(path, HALVES[:rows], next_step=STOP)


@pytest.mark.task(2)
@pytest.mark.parametrize(("tolerance", "rows"), [(5.0, 4), (20.0, 2)])
def test_norm_equal_to_the_tolerance_is_enough(submission, tolerance, rows):
    """Ends the path after `rows` rows, where the norm of the gradient equals the tolerance, `tolerance`."""
    step = "Look at the comparison: a norm equal to the tolerance is small enough."
    check_path(submission, bowl, (0.5, tolerance, 10), HALVES[:rows], step)


@pytest.mark.task(2)
@pytest.mark.parametrize(("start", "tolerance"), [([0.0, 0.0], 0.0), ([0.003, -0.004], 0.01)])
def test_does_not_move_from_flat_ground(submission, start, tolerance):
    """Returns the start alone where the ground is flat already: on a saddle, at `start`, with the tolerance `tolerance`."""
    check_path(submission, Quadratic([1.0, -1.0]).gradient, (0.1, tolerance, 10), [start], LATE, atol=1e-7)


@pytest.mark.task(2)
@pytest.mark.parametrize(("tolerance", "rows"), [(0.0, 7), (3.0, 4)])
def test_asks_once_at_each_point(submission, tolerance, rows):
    """Calls `gradient` at most once at each of `rows` points, and nowhere else, with the tolerance `tolerance`."""
    gradient = Recorder(bowl, "gradient")
    path = submission.gradient_descent(gradient, np.array([12.0, 16.0]), 0.5, tolerance, 6)
    path, asked = assert_shape(path, (rows, 2), next_step=STOP), [point for (point,) in gradient.calls]
    check(
        rows - 1 <= len(asked) <= rows,
        f"For a path of {rows} points the gradient was computed {len(asked)} times, which is not {rows - 1} or {rows}.",
        next_step="Call `gradient` once at each point, and keep the answer in a variable.",
    )
    assert_close(asked, path[: len(asked)], next_step="Call `gradient` at the points of the path, in order.")


@pytest.mark.task(2)
def test_small_steps_do_not_stop_it(submission):
    """Goes on while the ground is steep, however small the steps are."""
    check_path(submission, bowl, (1e-3, 0.5, 20), closed_form(Quadratic([1.0, 1.0]), [3.0, -4.0], 1e-3, 20), LENGTH)


@pytest.mark.task(2)
def test_large_steps_do_not_keep_it_going(submission):
    """Stops where the ground is flat, however large the next step would be."""
    check_path(submission, lambda point: bowl(point) / 100, (150.0, 0.03, 10), [[8, 0], [-4, 0], [2, 0]], LENGTH)


@pytest.mark.task(2)
@pytest.mark.parametrize(("dims", "step"), [(1, 3), (2, 9), (6, 14)])
def test_stops_on_a_quadratic(submission, rng, dims, step):
    """Stops after step `step` on a quadratic loss; dimensions: `dims`."""
    loss, start = Quadratic.random(rng, dims), 3 * rng.normal(size=dims)
    expected = closed_form(loss, start, 0.3, step)
    check_path(submission, loss.gradient, (0.3, tolerance_reached_at_last(expected, loss), 50), expected, STOP)


@pytest.mark.task(3)
def test_fits_by_hand(submission):
    """Takes the first two steps as computed by hand."""
    path = submission.fit_linear_model(np.array([[1.0], [2.0]]), np.array([1.0, 6.0]), 0.1, 0.0, 2)
    assert_close(path, [[0.0], [1.3], [1.95]], next_step="At w = 0 the gradient is (2/n) Σ x_i (0 - y_i) = -13.")


@pytest.mark.task(3)
@pytest.mark.parametrize(("samples", "features"), [(12, 1), (60, 3), (64, 4)])
def test_fits_the_full_batch(submission, rng, samples, features):
    """Uses the mean gradient of all samples in every step, for inputs of shape (`samples`, `features`)."""
    inputs, targets, loss, rate = random_data(rng, samples, features)
    path = submission.fit_linear_model(inputs, targets, rate, 0.0, 8)
    step = "Differentiate the mean squared error, with its 1/n and its square, over all samples in every step."
    assert_close(path, closed_form(loss, np.zeros(features), rate, 8), next_step=step)


@pytest.mark.task(3)
@pytest.mark.parametrize("scale", [1.0, 100.0, 0.01])
def test_stops_on_the_gradient_not_on_the_loss(submission, rng, scale):
    """Stops where the gradient is small, whether the loss that remains is large or small: targets times `scale`."""
    inputs, targets, loss, rate = random_data(rng, 80, 2, scale)
    expected = closed_form(loss, np.zeros(2), rate, 6)
    path = submission.fit_linear_model(inputs, targets, rate, tolerance_reached_at_last(expected, loss), 60)
    step = "The lowest loss is not 0 here. What is 0 at a minimum?"
    assert_close(assert_shape(path, (7, 2), next_step=step), expected, atol=1e-5 * scale, next_step=step)
