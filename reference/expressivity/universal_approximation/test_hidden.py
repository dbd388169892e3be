"""What `approximate` must do."""

import numpy as np
import pytest

from grader.testing import assert_shape
from grader.testing import check

MOST_UNITS = 5_000
BETWEEN = (
    "Use narrow cells: within a cell f changes by up to L times its width, however well the network fits elsewhere."
)


WHERE = "Where does each step stand? A unit steps at x = -c/w."


class Target:
    """A function on [a, b] with values in [0, 1], and a bound on its slope."""

    def __init__(self, name, function, a, b, lipschitz):
        self.name, self.function, self.a, self.b, self.lipschitz = name, function, a, b, lipschitz

    def __repr__(self):
        return f"{self.name} on [{self.a:g}, {self.b:g}]"

    def __call__(self, x):
        return self.function(np.asarray(x, dtype=float))

    def span(self, epsilon):
        return self.lipschitz * (self.b - self.a) / epsilon


def zigzag(a, b, teeth, phase=0.0):
    """Teeth from 0 to 1 whose slope is the bound everywhere."""
    slope = 2 * teeth / (b - a)
    name = f"zigzag with {teeth} {'tooth' if teeth == 1 else 'teeth'}"
    return Target(name, lambda x: np.abs((slope * (x - a) + phase) % 2 - 1), a, b, slope)


def waves(rng, a, b):
    """A sum of sines."""
    rates, phases = rng.uniform(1, 9, size=3) / (b - a), rng.uniform(0, 6, size=3)
    sizes = rng.dirichlet(np.ones(3)) / 2
    return Target(
        "sum of sines",
        lambda x: 0.5 + sum(s * np.sin(r * x + p) for s, r, p in zip(sizes, rates, phases, strict=True)),
        a,
        b,
        float(np.sum(sizes * rates)),
    )


def ramp(a, b, start, width, rising=True):
    """Flat, then steep, then flat."""
    sign = 1 if rising else -1
    name = f"ramp from {start:.4g} to {start + width:.4g}"
    return Target(name, lambda x: np.clip(0.5 + sign * ((x - start) / width - 0.5), 0, 1), a, b, 1 / width)


def build(submission, target, epsilon):
    """Asks for a network, and takes nothing but finite numbers of the right shapes."""
    network = submission.approximate(target, target.a, target.b, target.lipschitz, epsilon)
    check(
        isinstance(network, tuple | list) and len(network) == 4,
        "A network is four things: hidden weights, hidden biases, output weights and the output bias.",
        returned=network,
        next_step="Return a tuple of three arrays and a number.",
    )
    units = np.size(network[0]) if isinstance(network[0], np.ndarray | list | tuple) else -1
    arrays = [assert_shape(part, (units,)) for part in network[:3]]
    parts = [np.asarray(part, dtype=float) for part in (*arrays, assert_shape(network[3], ()))]
    check(all(np.isfinite(part).all() for part in parts), "Some of the weights are not finite.", returned=network)
    check(
        units <= MOST_UNITS,
        f"The network has {units} units, too many to evaluate here.",
        next_step="Count the cells that the Lipschitz bound asks for; more make no difference.",
    )
    return parts


def evaluate(network, x):
    """The network at every x, a few at a time; a tanh is a sigmoid that cannot overflow."""
    weights, biases, output_weights, output_bias = network
    outputs = []
    for some in np.array_split(x, 1 + x.size * weights.size // 1_000_000):
        hidden = 0.5 + 0.5 * np.tanh((np.outer(some, weights) + biases) / 2)
        outputs.append(hidden @ output_weights + output_bias)
    return np.concatenate(outputs)


def points(network, target, rng):
    """An even grid, random points, and points on, beside and between the steps of the network."""
    a, b = target.a, target.b
    weights, biases = network[0], network[1]
    moving = np.flatnonzero(np.abs(weights) > 1e-6)
    moving = moving[:: 1 + moving.size // 60]
    centres = -biases[moving] / weights[moving]
    beside = centres[:, None] + np.array([-9, -3, -1, -0.3, 0, 0.3, 1, 3, 9]) / np.abs(weights[moving, None])
    inside = np.sort(np.clip(centres, a, b))
    found = [
        np.linspace(a, b, 1001),
        rng.uniform(a, b, size=500),
        np.ravel(beside),
        (inside[:-1] + inside[1:]) / 2,
    ]
    return np.unique(np.clip(np.concatenate(found), a, b))


def steps_lie_outside(network, target):
    """Whether most units step at points that are not in [a, b]."""
    weights, biases = network[0], network[1]
    moving = np.abs(weights) > 1e-6
    centres = -biases[moving] / weights[moving]
    return np.mean((centres < target.a) | (centres > target.b)) > 0.5 if centres.size else False


def check_error(network, target, epsilon, rng, next_step=BETWEEN):
    """The network is within epsilon of the target at every point that the judge can think of."""
    x = points(network, target, rng)
    errors = np.abs(evaluate(network, x) - target(x))
    worst = int(np.argmax(errors))
    found, wanted = float(evaluate(network, x[worst : worst + 1])[0]), float(target(x[worst]))
    check(
        errors[worst] <= epsilon * (1 + 1e-6),
        f"Your network says g({x[worst]:.6g}) = {found:.6g}, and the function is f({x[worst]:.6g}) = {wanted:.6g}: "
        f"it is off by {errors[worst]:.4g}, where {epsilon:.4g} is allowed.",
        returned=found,
        expected=f"{wanted:.6g}, give or take {epsilon:.4g}",
        next_step=WHERE if steps_lie_outside(network, target) else next_step,
    )


@pytest.mark.task(1)
def test_straight_line(submission, rng):
    """Follows the straight line x/2 on [0, 1] to within 0.2 and to within 0.01."""
    target = Target("x/2", lambda x: x / 2, 0.0, 1.0, 0.5)
    for epsilon in (0.2, 0.01):
        check_error(build(submission, target, epsilon), target, epsilon, rng)


@pytest.mark.task(1)
@pytest.mark.parametrize(("level", "lipschitz"), [(0.0, 0.0), (0.625, 0.0), (1.0, 3.0)])
def test_constant(submission, rng, level, lipschitz):
    """Follows the constant `level`, with a Lipschitz bound of `lipschitz`, which may be needlessly large."""
    target = Target(f"the constant {level:g}", lambda x: np.full(np.shape(x), level), -1.0, 2.0, lipschitz)
    network = build(submission, target, 0.05)
    check_error(network, target, 0.05, rng, next_step="A network whose steps are all 0 still has its output bias.")


@pytest.mark.task(1)
@pytest.mark.parametrize(("a", "b"), [(0.0, 1.0), (-3.0, 5.0), (2.0, 2.01), (-700.0, -300.0)])
def test_any_interval(submission, rng, a, b):
    """Works on any interval, short or long, wherever it lies: from `a` to `b`."""
    target = waves(rng, a, b)
    network = build(submission, target, 0.03)
    check_error(
        network, target, 0.03, rng, next_step="Lay the cells from a to b, and make steps narrow compared with a cell."
    )


@pytest.mark.task(1)
@pytest.mark.parametrize("epsilon", [0.3, 0.1, 0.02, 0.005])
def test_any_epsilon(submission, rng, epsilon):
    """Comes as close as it is asked to, within `epsilon`."""
    target = waves(rng, -1.0, 1.0)
    check_error(build(submission, target, epsilon), target, epsilon, rng)


@pytest.mark.task(1)
@pytest.mark.parametrize("teeth", [1, 7, 40])
def test_between_the_knots(submission, rng, teeth):
    """Stays within epsilon between the points at which it asked, on a zigzag as steep as it may be; teeth: `teeth`."""
    target = zigzag(-1.0, 2.0, teeth, phase=float(rng.uniform(0, 2)))
    check_error(build(submission, target, 0.1), target, 0.1, rng)


@pytest.mark.task(1)
@pytest.mark.parametrize("teeth", [8, 16, 32])
def test_hidden_teeth(submission, rng, teeth):
    """Sees `teeth` teeth that lie between the points of an even, too coarse grid."""
    target = zigzag(0.0, 1.0, teeth)
    check_error(build(submission, target, 0.15), target, 0.15, rng)


@pytest.mark.task(1)
@pytest.mark.parametrize("epsilon", [0.1, 0.01])
def test_steps_are_steep(submission, rng, epsilon):
    """Makes its steps narrow where the cells are narrow, for an epsilon of `epsilon`."""
    target = zigzag(0.0, 0.05, 2, phase=float(rng.uniform(0, 2)))
    network = build(submission, target, epsilon)
    steep = "The weight of a unit is one over the width of its step: let it grow as the cells get narrower."
    check_error(network, target, epsilon, rng, next_step=steep)


@pytest.mark.task(1)
@pytest.mark.parametrize("rising", [True, False])
def test_steep_place(submission, rng, rising):
    """Follows a function that is flat almost everywhere and steep in one place; rising: `rising`."""
    target = ramp(0.0, 10.0, float(rng.uniform(1, 9)), 0.25, rising)
    network = build(submission, target, 0.1)
    check_error(network, target, 0.1, rng, next_step="Each step goes from the height before it to the height after it.")


@pytest.mark.task(1)
def test_picture(submission, pictures, rng):
    """Follows a wavy function to within 0.2 and to within 0.03."""
    target = waves(rng, 0.0, 4.0)
    x = np.linspace(0.0, 4.0, 1201)
    networks = {epsilon: build(submission, target, epsilon) for epsilon in (0.2, 0.03)}
    curves = {"target": target(x)} | {f"ε = {epsilon}": evaluate(net, x) for epsilon, net in networks.items()}
    pictures.curves("target_and_network", x, curves, xlabel="x", ylabel="f(x)")
    for epsilon, network in networks.items():
        check_error(network, target, epsilon, rng)


@pytest.mark.task(2)
def test_units(submission, rng, threshold):
    """Needs at most 4 (1 + L (b - a) / ε) units, and is within epsilon with them."""
    ratios = []
    for target, epsilon in [
        (Target("x/2", lambda x: x / 2, 0.0, 1.0, 0.5), 0.3),
        (zigzag(0.0, 1.0, 3), 0.1),
        (waves(rng, -2.0, 6.0), 0.08),
        (zigzag(5.0, 9.0, 5), 0.2),
        (waves(rng, 0.0, 0.1), 0.1),
    ]:
        network = build(submission, target, epsilon)
        check_error(network, target, epsilon, rng)
        ratios.append(network[0].size / (1 + target.span(epsilon)))
    threshold("units", max(ratios))
