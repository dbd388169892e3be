"""What `adaptive_optimizer` must do."""

import numpy as np
import pytest

from grader.testing import Mismatch
from grader.testing import assert_close
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import describe

OUTSIDE = "Add epsilon to the root, outside of it; in Adam to the root of the corrected v̂."
DIVIDE = "Move the average first, then divide the gradient by the root of the average as it is now."
AVERAGE = "The average keeps the share `rho` of its old value, and takes the rest from g²."
CORRECT = (
    "After the first step m̂ is g and v̂ is g²: average g and g², and divide both averages by 1 - beta^t, with t = 1."
)
MOMENTS = "Step along m̂, the average of g with beta_1; beta_2 is for the average of g². Store m and v, not m̂ and v̂."
OWN = (
    "Make averages for each variable in `build`, and find those of `variable` by `self._get_variable_index(variable)`."
)
VARIABLES = "Compiled, Python runs only in the first step: take the number of the step from `self.iterations`."


def memory(share, steps):
    """The weight that each gradient has in a moving average, at each step: (1 - share) share^(steps ago)."""
    ago = np.subtract.outer(np.arange(steps), np.arange(steps))
    return np.where(ago >= 0, (1 - share) * share ** np.maximum(ago, 0), 0.0)


def rmsprop_path(start, gradients, learning_rates=0.1, rho=0.9, epsilon=1e-7):
    """The path without walking it: each average is a weighted sum of all gradients so far."""
    gradients = np.asarray(gradients, dtype=float)
    squares = np.tensordot(memory(rho, len(gradients)), gradients**2, axes=1)
    return add_up(start, learning_rates, gradients / (np.sqrt(squares) + epsilon))


def adam_path(start, gradients, learning_rates=0.1, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """The same for Adam: the weights of an average that is corrected add up to 1."""
    gradients = np.asarray(gradients, dtype=float)
    weights = [memory(beta, len(gradients)) for beta in (beta_1, beta_2)]
    mean, square = (w / w.sum(axis=1, keepdims=True) for w in weights)
    directions = np.tensordot(mean, gradients, axes=1) / (np.sqrt(np.tensordot(square, gradients**2, axes=1)) + epsilon)
    return add_up(start, learning_rates, directions)


def add_up(start, learning_rates, directions):
    rates = np.broadcast_to(learning_rates, len(directions)).reshape(-1, *[1] * (directions.ndim - 1))
    return np.concatenate([[start], start - np.cumsum(rates * directions, axis=0)])


EXPECTED = {"RMSprop": rmsprop_path, "Adam": adam_path}


def make(submission, name, **settings):
    return submission.RMSprop(**settings) if name == "RMSprop" else submission.Adam(**settings)


def check_paths(support, optimizer, starts, gradients, expected, next_step, *, rtol=1e-4, atol=1e-5, **settings):
    """Descends, and compares the path of each variable; the sentence says how to make the same path."""
    paths = support.descend(optimizer, starts, gradients, **settings)
    for number, (path, wanted) in enumerate(zip(paths, expected, strict=True), 1):
        try:
            assert_close(path, wanted, rtol=rtol, atol=atol, next_step=next_step)
        except Mismatch as mismatch:
            which = f"number {number} of the {len(paths)} paths" if len(paths) > 1 else "the path"
            mismatch.problem = f"This is {which} that {call_of(starts, gradients, settings)} gives. {mismatch.problem}"
            raise


def check_path(support, optimizer, start, gradients, expected, next_step, **arguments):
    """The same for a single variable."""
    check_paths(support, optimizer, [start], [[g] for g in gradients], [expected], next_step, **arguments)


def call_of(starts, gradients, settings):
    """The call of `descend` as one writes it, with all numbers if they are few."""
    few = sum(np.size(g) for step in gradients for g in step) <= 24
    arguments = [describe(plain(starts)), describe(plain(gradients)) if few else "gradients"]
    arguments += [f"{name}={value}" for name, value in settings.items()]
    random = "" if few else f" with {len(gradients)} steps of random gradients"
    return f"`descend(optimizer, {', '.join(arguments)})`{random}"


def plain(value):
    """Lists of numbers in the place of arrays."""
    return [plain(part) for part in value] if isinstance(value, list) else np.asarray(value).tolist()


def random_gradients(rng, steps, shape):
    """Gradients whose entries differ in size by orders of magnitude."""
    gradients = rng.normal(size=(steps, *shape)) * 10 ** rng.uniform(-2, 2, size=shape) + rng.normal(size=shape)
    return gradients.round(3)


@pytest.mark.task(1)
def test_rmsprop_first_step(submission, support):
    """Divides the first gradient by the root of its share in the average of squares."""
    # The average of squares is 0.25 * 16 = 4.
    step = "Here v is 0.25 * 16 = 4, so w goes to 1 - 0.1 * 4 / 2 = 0.8. Move v first, then divide by its root."
    optimizer = submission.RMSprop(0.1, rho=0.75)
    check_path(support, optimizer, [1.0, 1.0], [[4.0, -4.0]], [[1.0, 1.0], [0.8, 1.2]], step)


@pytest.mark.task(1)
def test_rmsprop_epsilon(submission, support):
    """Adds epsilon to the root of the average."""
    optimizer = submission.RMSprop(0.1, rho=0.75, epsilon=2.0)
    check_path(support, optimizer, [1.0], [[4.0]], [[1.0], [0.9]], OUTSIDE)


@pytest.mark.task(1)
@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_rmsprop_forgets(submission, support, rho):
    """Forgets old squares, with a memory of `rho`."""
    gradients = [[8.0], [1.0], [0.0], [-1.0], [1.0], [2.0]]
    expected = rmsprop_path([0.0], gradients, rho=rho, epsilon=1e-3)
    check_path(support, submission.RMSprop(0.1, rho=rho, epsilon=1e-3), [0.0], gradients, expected, AVERAGE)


@pytest.mark.task(1)
def test_rmsprop_follows_the_equation(submission, support, rng):
    """Follows the equation for many entries, and with what is set by default."""
    gradients = random_gradients(rng, 6, (3, 2))
    start, expected = np.ones((3, 2)), rmsprop_path(np.ones((3, 2)), gradients, 1e-3)
    # Steps are a thousandth long or a little more, so a tenth of a percent of them is 1e-6.
    check_path(support, submission.RMSprop(), start, gradients, expected, DIVIDE, rtol=0.0, atol=3e-6)


@pytest.mark.task(2)
def test_adam_first_step(submission, support):
    """Takes a first step that is as long as the learning rate, however large the gradient is."""
    start, gradients = [1.0, 1.0, 1.0, 1.0], [[100.0, -1.0, 0.01, 1e-5]]
    # By default ε is 1e-7, which shortens the step of the last weight by a hundredth.
    expected = [start, [0.5, 1.5, 0.5, 0.50495]]
    check_path(support, submission.Adam(0.5), start, gradients, expected, CORRECT, rtol=1e-3)


@pytest.mark.task(2)
def test_adam_second_step(submission, support):
    """Corrects both averages in the second step as well, each by its own beta."""
    # m = 0.5 * 1 + 0.5 * 4 = 2.5, corrected by 1 - 0.25; v = 0.75 * 1 + 0.25 * 16 = 4.75, corrected by 1 - 0.5625.
    second = -1.0 - (2.5 / 0.75) / np.sqrt(4.75 / 0.4375)
    optimizer = submission.Adam(1.0, beta_1=0.5, beta_2=0.75)
    check_path(support, optimizer, [0.0], [[2.0], [4.0]], [[0.0], [-1.0], [second]], MOMENTS)


@pytest.mark.task(2)
@pytest.mark.parametrize("steps", [1, 3])
def test_adam_epsilon(submission, support, steps):
    """Adds epsilon to the root of the corrected average, up to step `steps`."""
    # While the gradient stays the same, m̂ is 2 and v̂ is 4.
    expected = [[1.0 - 0.2 * step] for step in range(steps + 1)]
    check_path(support, submission.Adam(0.3, epsilon=1.0), [1.0], [[2.0]] * steps, expected, OUTSIDE)


@pytest.mark.task(2)
@pytest.mark.parametrize(("beta_1", "beta_2"), [(0.0, 0.9), (0.5, 0.75)])
def test_adam_remembers(submission, support, beta_1, beta_2):
    """Averages gradients with a memory of `beta_1`, and their squares with one of `beta_2`."""
    gradients = [[8.0], [1.0], [-2.0], [0.5], [-1.0], [-1.0]]
    optimizer = submission.Adam(0.1, beta_1=beta_1, beta_2=beta_2, epsilon=1e-3)
    expected = adam_path([0.0], gradients, beta_1=beta_1, beta_2=beta_2, epsilon=1e-3)
    check_path(support, optimizer, [0.0], gradients, expected, MOMENTS)


@pytest.mark.task(2)
def test_adam_follows_the_equation(submission, support, rng):
    """Follows the equation for many entries, and with what is set by default."""
    gradients = random_gradients(rng, 6, (3, 2))
    start, expected = np.ones((3, 2)), adam_path(np.ones((3, 2)), gradients, 1e-3)
    # In float32, 1 - 0.999^t is right to a few parts in 1e5.
    check_path(support, submission.Adam(), start, gradients, expected, MOMENTS, rtol=0.0, atol=3e-6)


@pytest.mark.task(3)
def test_counts_steps(submission, support):
    """Counts the steps, and not the variables that Adam moves in a step."""
    starts, gradients = [np.zeros(2), np.zeros((1, 3)), np.zeros(1)], [np.ones(2), np.ones((1, 3)), np.ones(1)]
    expected = [np.stack([start, start - 0.5, start - 1.0]) for start in starts]
    step = "All variables of a step have the same t: it counts steps, and not calls of `update_step`."
    check_paths(support, submission.Adam(0.5), starts, [gradients] * 2, expected, step, rtol=1e-3)


@pytest.mark.task(3)
@pytest.mark.parametrize("name", list(EXPECTED))
def test_variables_of_one_shape(submission, support, rng, name):
    """Keeps the averages of two variables of the same shape apart, in `name`."""
    gradients = random_gradients(rng, 3, (2, 3))
    expected = [EXPECTED[name](np.zeros(3), gradients[:, index]) for index in range(2)]
    optimizer, steps = make(submission, name, learning_rate=0.1), [list(g) for g in gradients]
    check_paths(support, optimizer, [np.zeros(3)] * 2, steps, expected, OWN, rtol=1e-3, atol=1e-4)


@pytest.mark.task(3)
@pytest.mark.parametrize("name", list(EXPECTED))
def test_variables_of_many_shapes(submission, support, rng, name):
    """Moves variables of different shapes in each step, in `name`."""
    starts = [rng.normal(size=shape) for shape in [(3, 1, 2), (4,), ()]]
    gradients = [random_gradients(rng, 3, np.shape(start)) for start in starts]
    expected = [EXPECTED[name](start, g) for start, g in zip(starts, gradients, strict=True)]
    optimizer, steps = make(submission, name, learning_rate=0.1), [list(g) for g in zip(*gradients, strict=True)]
    check_paths(support, optimizer, starts, steps, expected, OWN, rtol=1e-3, atol=1e-4)


@pytest.mark.task(3)
@pytest.mark.parametrize("name", list(EXPECTED))
def test_compiled_steps(submission, support, rng, name):
    """Takes the same steps where they are compiled, in `name`."""
    gradients = random_gradients(rng, 6, (2,))
    optimizer, expected = make(submission, name, learning_rate=0.1), EXPECTED[name](np.zeros(2), gradients)
    check_path(support, optimizer, np.zeros(2), gradients, expected, VARIABLES, rtol=1e-3, atol=1e-4, compiled=True)


@pytest.mark.task(3)
@pytest.mark.parametrize("name", list(EXPECTED))
def test_learning_rate_may_change(submission, support, rng, name):
    """Uses the learning rate of each step, in `name`."""
    gradients, rates = random_gradients(rng, 4, (2,)), [0.1, 0.05, 0.4, 0.2]
    optimizer, expected = make(submission, name, learning_rate=9.0), EXPECTED[name](np.zeros(2), gradients, rates)
    step = "Multiply by the `learning_rate` that `update_step` is given; a schedule changes it on the way."
    check_path(support, optimizer, np.zeros(2), gradients, expected, step, rtol=1e-3, atol=1e-4, learning_rates=rates)


@pytest.mark.task(3)
def test_valley(submission, support, pictures):
    """Goes down a narrow valley, across which gradient descent oscillates."""
    start, curvatures = np.array([-4.0, 1.5]), np.array([0.15, 4.0])
    paths = {"gradient descent": start * (1 - 0.4 * curvatures) ** np.arange(41)[:, None]}
    for name in EXPECTED:
        path = support.descend_valley(make(submission, name, learning_rate=0.2), start, curvatures, 40)
        paths[name] = assert_shape(path, (41, 2)).astype(float)
        check(
            np.abs(paths[name]).max() < 1e9,
            f"{name} with a learning rate of 0.2 ran off, or to what is no number.",
            returned=path,
            next_step=CORRECT,
        )
    pictures.paths("paths_in_a_valley", lambda points: points**2 @ curvatures / 2, paths)
    for name, formula in EXPECTED.items():
        check(
            np.isfinite(paths[name]).all(),
            f"The path of {name} is not finite.",
            returned=paths[name],
            next_step=CORRECT,
        )
        expected = formula(start, paths[name][:-1] * curvatures, 0.2)
        check(
            np.allclose(paths[name], expected, rtol=1e-3, atol=1e-3),
            f"This is the path of {name} with a learning rate of 0.2 on the loss 0.075 w_0² + 2 w_1², where the gradient is "
            "[0.15 w_0, 4 w_1]; at some of its points the next step differs.",
            returned=paths[name],
            next_step=DIVIDE if name == "RMSprop" else MOMENTS,
        )
