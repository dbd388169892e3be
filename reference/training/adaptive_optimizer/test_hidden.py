"""What `adaptive_optimizer` must do."""

import numpy as np
import pytest

from grader.testing import assert_arrays
from grader.testing import assert_between
from grader.testing import assert_close
from grader.testing import describe

FAST, LOOSE = {"learning_rate": 0.1}, {"rtol": 1e-3, "atol": 1e-4}
OUTSIDE = "Add epsilon to the root, outside of it; in Adam to the root of the corrected v̂."
DIVIDE = "Move the average first, then divide the gradient by the root of the average as it is now."
AVERAGE = "The average keeps the share `rho` of its old value, and takes the rest from g²."
CORRECT = "After one step m̂ is g and v̂ is g²: average g and g², and divide both averages by 1 - beta^t, with t = 1."
MOMENTS = "Step along m̂, the average of g with beta_1; beta_2 is for the average of g². Store m and v, not m̂ and v̂."
OWN = "Make averages for each variable in `build`, and find those of `variable` by `self._get_variable_index`."
VARIABLES = "Compiled, Python runs only in the first step: take the number of the step from `self.iterations`."


def memory(share, steps):
    """The weight that each gradient has in a moving average, at each step: (1 - share) share^(steps ago)."""
    ago = np.subtract.outer(np.arange(steps), np.arange(steps))
    return np.where(ago >= 0, (1 - share) * share ** np.maximum(ago, 0), 0.0)


def rmsprop_path(start, gradients, learning_rate=1e-3, rho=0.9, epsilon=1e-7):
    """The path without walking it: each average is a weighted sum of all gradients so far."""
    squares = np.tensordot(memory(rho, len(gradients)), gradients**2, axes=1)
    return add_up(start, learning_rate, gradients / (np.sqrt(squares) + epsilon))


def adam_path(start, gradients, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """The same for Adam: the weights of an average that is corrected add up to 1."""
    weights = [memory(beta, len(gradients)) for beta in (beta_1, beta_2)]
    mean, square = (w / w.sum(axis=1, keepdims=True) for w in weights)
    directions = np.tensordot(mean, gradients, axes=1) / (np.sqrt(np.tensordot(square, gradients**2, axes=1)) + epsilon)
    return add_up(start, learning_rate, directions)


def add_up(start, learning_rate, directions):
    rates = np.broadcast_to(learning_rate, len(directions)).reshape(-1, *[1] * (directions.ndim - 1))
    return np.concatenate([[start], start - np.cumsum(rates * directions, axis=0)])


FORMULAS = {"RMSprop": rmsprop_path, "Adam": adam_path}


def check_paths(support, optimizer, starts, gradients, expected, next_step, *, rtol=1e-4, atol=1e-5, **settings):
    """Descends, and compares the path of each variable; the name says how to make the same path."""
    paths = support.descend(optimizer, starts, gradients, **settings)
    small = sum(np.size(g) for step in gradients for g in step) <= 24
    arguments = [describe(starts), describe(gradients) if small else "gradients"]
    call = ", ".join(arguments + [f"{name}={value}" for name, value in settings.items()])
    names = [f"path {number} that `descend(optimizer, {call})` gives" for number in range(1, len(expected) + 1)]
    assert_arrays(paths, expected, names=names, rtol=rtol, atol=atol, next_step=next_step)


def check_rule(submission, support, name, settings, starts, gradients, next_step, **arguments):
    """Descends by a rule with these settings, and compares the path of each variable with that of the formula."""
    rates = {"learning_rate": arguments["learning_rates"]} if "learning_rates" in arguments else {}
    pairs = zip(starts, zip(*gradients, strict=True), strict=True)
    expected = [FORMULAS[name](start, np.array(own, float), **settings | rates) for start, own in pairs]
    check_paths(support, getattr(submission, name)(**settings), starts, gradients, expected, next_step, **arguments)


def random_gradients(rng, steps, shape):
    """Gradients whose entries differ in size by orders of magnitude."""
    gradients = rng.normal(size=(steps, *shape)) * 10 ** rng.uniform(-2, 2, size=shape) + rng.normal(size=shape)
    return gradients.round(3)


@pytest.mark.task(1)
def test_rmsprop_first_step(submission, support):
    """Divides the first gradient by the root of its share in the average of squares."""
    step = "Here v is 0.25 * 16 = 4, so w goes to 1 - 0.1 * 4 / 2 = 0.8. Move v first, then divide by its root."
    check_paths(support, submission.RMSprop(0.1, rho=0.75), [[1, 1]], [[[4, -4]]], [[[1, 1], [0.8, 1.2]]], step)


@pytest.mark.task(1)
def test_rmsprop_epsilon(submission, support):
    """Adds epsilon to the root of the average."""
    check_paths(support, submission.RMSprop(0.1, rho=0.75, epsilon=2.0), [[1.0]], [[[4.0]]], [[[1.0], [0.9]]], OUTSIDE)


@pytest.mark.task(1)
@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_rmsprop_forgets(submission, support, rho):
    """Forgets old squares, with a memory of `rho`."""
    gradients = [[[8.0]], [[1.0]], [[0.0]], [[-1.0]], [[1.0]], [[2.0]]]
    check_rule(submission, support, "RMSprop", FAST | {"rho": rho, "epsilon": 1e-3}, [[0.0]], gradients, AVERAGE)


@pytest.mark.task(1)
def test_rmsprop_follows_the_equation(submission, support, rng):
    """Follows the equation for many entries, and with the default settings."""
    gradients = random_gradients(rng, 6, (1, 3, 2))
    # Steps are a thousandth long or a little more, so a tenth of a percent of them is 1e-6.
    check_rule(submission, support, "RMSprop", {}, [np.ones((3, 2))], gradients, DIVIDE, rtol=0.0, atol=3e-6)


@pytest.mark.task(2)
def test_adam_first_step(submission, support):
    """Takes a first step that is as long as the learning rate, however large the gradient is."""
    start, gradient = [1.0, 1.0, 1.0, 1.0], [100.0, -1.0, 0.01, 1e-5]
    # By default ε is 1e-7, which shortens the step of the last weight by a hundredth.
    check_paths(
        support, submission.Adam(0.5), [start], [[gradient]], [[start, [0.5, 1.5, 0.5, 0.50495]]], CORRECT, rtol=1e-3
    )


@pytest.mark.task(2)
def test_adam_second_step(submission, support):
    """Corrects both averages in the second step as well, each by its own beta."""
    # m = 0.5 * 1 + 0.5 * 4 = 2.5, corrected by 1 - 0.25; v = 0.75 * 1 + 0.25 * 16 = 4.75, corrected by 1 - 0.5625.
    optimizer, second = submission.Adam(1.0, beta_1=0.5, beta_2=0.75), -1.0 - (2.5 / 0.75) / np.sqrt(4.75 / 0.4375)
    check_paths(support, optimizer, [[0.0]], [[[2.0]], [[4.0]]], [[[0.0], [-1.0], [second]]], MOMENTS)


@pytest.mark.task(2)
@pytest.mark.parametrize("steps", [1, 3])
def test_adam_epsilon(submission, support, steps):
    """Adds epsilon to the root of the corrected average, up to step `steps`."""
    # While the gradient stays the same, m̂ is 2 and v̂ is 4.
    expected = [[1.0 - 0.2 * step] for step in range(steps + 1)]
    check_paths(support, submission.Adam(0.3, epsilon=1.0), [[1.0]], [[[2.0]]] * steps, [expected], OUTSIDE)


@pytest.mark.task(2)
@pytest.mark.parametrize(("beta_1", "beta_2"), [(0.0, 0.9), (0.5, 0.75)])
def test_adam_remembers(submission, support, beta_1, beta_2):
    """Averages gradients with a memory of `beta_1`, and their squares with one of `beta_2`."""
    gradients = [[[8.0]], [[1.0]], [[-2.0]], [[0.5]], [[-1.0]], [[-1.0]]]
    settings = FAST | {"beta_1": beta_1, "beta_2": beta_2, "epsilon": 1e-3}
    check_rule(submission, support, "Adam", settings, [[0.0]], gradients, MOMENTS)


@pytest.mark.task(2)
def test_adam_follows_the_equation(submission, support, rng):
    """Follows the equation for many entries, and with the default settings."""
    gradients = random_gradients(rng, 6, (1, 3, 2))
    # In float32, 1 - 0.999^t is right to a few parts in 1e5.
    check_rule(submission, support, "Adam", {}, [np.ones((3, 2))], gradients, MOMENTS, rtol=0.0, atol=3e-6)


@pytest.mark.task(3)
def test_counts_steps(submission, support):
    """Counts the steps, and not the variables that Adam moves in a step."""
    starts, gradients = [np.zeros(2), np.zeros((1, 3)), np.zeros(1)], [np.ones(2), np.ones((1, 3)), np.ones(1)]
    expected = [np.stack([start, start - 0.5, start - 1.0]) for start in starts]
    step = "All variables of a step have the same t: it counts steps, and not calls of `update_step`."
    check_paths(support, submission.Adam(0.5), starts, [gradients] * 2, expected, step, rtol=1e-3)


@pytest.mark.task(3)
@pytest.mark.parametrize("name", FORMULAS)
def test_variables_of_one_shape(submission, support, rng, name):
    """Keeps the averages of two variables of the same shape apart, in `name`."""
    check_rule(submission, support, name, FAST, [np.zeros(3)] * 2, random_gradients(rng, 3, (2, 3)), OWN, **LOOSE)


@pytest.mark.task(3)
@pytest.mark.parametrize("name", FORMULAS)
def test_variables_of_many_shapes(submission, support, rng, name):
    """Moves variables of different shapes in each step, in `name`."""
    starts = [rng.normal(size=shape) for shape in [(3, 1, 2), (4,), ()]]
    gradients = list(zip(*(random_gradients(rng, 3, np.shape(start)) for start in starts), strict=True))
    check_rule(submission, support, name, FAST, starts, gradients, OWN, **LOOSE)


@pytest.mark.task(3)
@pytest.mark.parametrize("name", FORMULAS)
def test_compiled_steps(submission, support, rng, name):
    """Takes the same steps where they are compiled, in `name`."""
    gradients = random_gradients(rng, 6, (1, 2))
    check_rule(submission, support, name, FAST, [np.zeros(2)], gradients, VARIABLES, **LOOSE, compiled=True)


@pytest.mark.task(3)
@pytest.mark.parametrize("name", FORMULAS)
def test_learning_rate_may_change(submission, support, rng, name):
    """Uses the learning rate of each step, in `name`."""
    gradients, rates = random_gradients(rng, 4, (1, 2)), {"learning_rates": [0.1, 0.05, 0.4, 0.2]}
    step = "Multiply by the `learning_rate` that `update_step` is given; a schedule changes it on the way."
    check_rule(submission, support, name, {"learning_rate": 9.0}, [np.zeros(2)], gradients, step, **LOOSE, **rates)


@pytest.mark.task(3)
def test_valley(submission, support, pictures):
    """Goes down a narrow valley, across which gradient descent oscillates."""
    start, curvatures = np.array([-4.0, 1.5]), np.array([0.15, 4.0])
    paths = {"gradient descent": start * (1 - 0.4 * curvatures) ** np.arange(41)[:, None]}
    for name in FORMULAS:
        path = support.descend_valley(getattr(submission, name)(learning_rate=0.2), start, curvatures, 40)
        paths[name] = assert_between(path, -1e9, 1e9, shape=(41, 2), name=f"the path of {name}", next_step=CORRECT)
    pictures.paths("paths_in_a_valley", lambda points: points**2 @ curvatures / 2, paths)
    for (name, formula), step in zip(FORMULAS.items(), (DIVIDE, MOMENTS), strict=True):
        expected = formula(start, paths[name][:-1] * curvatures, 0.2)
        what = f"the path of {name} with a learning rate of 0.2, on a loss with the gradient [0.15 w_0, 4 w_1]"
        assert_close(paths[name], expected, rtol=1e-3, atol=1e-3, name=what, next_step=step)
