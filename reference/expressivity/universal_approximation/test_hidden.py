"""What `approximate` must do.

The judge measures the error between all bends of any network and tries repairs to name a mistake: hence more than 200 lines.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

from grader.testing import Mismatch
from grader.testing import assert_shape
from grader.testing import check

MOST_UNITS = 5_000
BETWEEN = (
    "Use narrow cells: within a cell f changes by up to L times its width, however well the network fits elsewhere."
)
TOO_MANY = "Count the cells that the Lipschitz bound asks for; more make no difference."
OUTSIDE = (
    "Where does each step stand? A unit steps at x = -c/w, and yours all lie on [0, 1]: lay the cells from a to b."
)


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


def ask(submission, target, epsilon, /, **changes):
    """Asks for a network, and takes nothing but finite numbers of the right shapes."""
    wanted = {"a": target.a, "b": target.b, "lipschitz": target.lipschitz, "epsilon": epsilon} | changes
    network = submission.approximate(target, *wanted.values())
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
    return parts


def build(submission, target, epsilon):
    """Asks for a network that can be evaluated in time."""
    network = ask(submission, target, epsilon)
    units = network[0].size
    if units > MOST_UNITS:
        problem = f"The network has {units} units, too many to evaluate here."
        raise Mismatch(problem, next_step=TOO_MANY, tag="too many units")
    return network


def evaluate(network, x):
    """The network at every x, a few at a time; a tanh is a sigmoid that cannot overflow."""
    weights, biases, output_weights, output_bias = network
    outputs = []
    for some in np.array_split(x, 1 + x.size * weights.size // 1_000_000):
        hidden = 0.5 + 0.5 * np.tanh((np.outer(some, weights) + biases) / 2)
        outputs.append(hidden @ output_weights + output_bias)
    return np.concatenate(outputs)


def difference(network, target, x):
    """What is missing to the target, at every x."""
    return target(x) - evaluate(network, x)


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


def in_order(network):
    """The units from left to right, where they step, and how far these places are from each other."""
    weights, biases, output_weights, output_bias = network
    moving = np.flatnonzero(np.abs(weights) > 1e-6)
    places = -biases[moving] / weights[moving]
    order = moving[np.argsort(places)]
    places = np.sort(places)
    distance = float(np.median(np.diff(places))) if places.size > 1 else 1.0
    return (weights[order], biases[order], output_weights[order], output_bias), places, distance


class Fault(NamedTuple):
    """What would make a network right."""

    name: str
    repair: Callable
    """Takes weights, biases, output weights and output bias, the target, and the places and the distance of the steps."""
    next_step: str


FAULTS = [
    Fault(
        "mirrored",
        lambda w, c, v, d, *_: (w, -c, v, d),
        "With the biases negated your network would fit. Where does each step stand? A unit steps at x = -c/w.",
    ),
    Fault(
        "sums",
        lambda w, c, v, d, *_: (w, c, np.diff(v, prepend=d), d),
        "All steps left of a point are on at once and add up: each output weight is the difference of two heights.",
    ),
    Fault(
        "blurred",
        lambda w, c, v, d, *_: (1000 * w, 1000 * c, v, d),
        "The weight of a unit is one over the width of its step: make steps much narrower than the cells.",
    ),
    Fault(
        "upwards",
        lambda w, c, v, d, f, places, distance: (
            w,
            c,
            np.abs(v) * np.sign(f(places + distance / 2) - f(places - distance / 2)),
            d,
        ),
        "Your steps have the right sizes but not the right signs: where f falls, an output weight is negative.",
    ),
    Fault(
        "late",
        lambda w, c, v, d, f, places, distance: (w, c + w * distance / 2, v, d),
        "Your network follows f half a cell too late: compare where a step stands with where the heights are taken.",
    ),
    Fault(
        "too low",
        lambda w, c, v, d, f, *_: (w, c, v, d + np.mean(difference((w, c, v, d), f, np.linspace(f.a, f.b, 1001)))),
        "All of your network is off by the same amount: the output bias is its height left of all steps.",
    ),
]


def find_fault(submission, network, target, epsilon, rng):
    """What is wrong with a network, if that can be seen whichever cells it has: a tag, and a next step."""
    network, places, distance = in_order(network)
    is_unit_interval = np.allclose([target.a, target.b], [0, 1], atol=0.3)
    if places.size and np.ptp(places) > 0.5 and places[0] >= 0 and places[-1] <= 1 and not is_unit_interval:
        return "outside", OUTSIDE
    for fault in FAULTS if places.size else ():
        repaired = fault.repair(*network, target, places, distance)
        x = points(repaired, target, rng)
        # Where f was asked at the left ends, nothing is known of the last half cell.
        x = x[x < target.b - distance / 2] if fault.name == "late" else x
        if np.max(np.abs(difference(repaired, target, x))) <= 1.05 * epsilon:
            if fault.name == "late" and places[0] - target.a > 1.25 * distance:
                return "late from the first step on", fault.next_step
            if fault.name == "blurred":
                finer = ask(submission, target, epsilon / 4)
                if np.max(np.abs(finer[0])) < 1.5 * np.max(np.abs(network[0])):
                    step = "For a smaller ε your weights stay as they are: let them grow with the number of cells."
                    return "blurred whatever ε is", step
            return fault.name, fault.next_step
    return find_what_is_ignored(submission, network, target, epsilon)


def find_what_is_ignored(submission, network, target, epsilon):
    """Whether the number of units stays the same when it should grow."""
    changes = {
        "ε": {"epsilon": epsilon / 4},
        "L": {"lipschitz": 4 * target.lipschitz},
        "the length of the interval": {"b": target.a + 4 * (target.b - target.a)},
    }
    units = network[0].size
    same = [name for name, change in changes.items() if ask(submission, target, epsilon, **change)[0].size <= 2 * units]
    if not same or not target.lipschitz:
        return None, None
    few = "few units" if len(same) == len(changes) and units < 10 else "units"
    step = f"The number of units is {units} here whatever {' and '.join(same)} may be, and these decide how many are needed."
    return f"{few} whatever {same} may be", step


def check_error(submission, target, epsilon, rng, next_step=BETWEEN):
    """The network is within epsilon of the target at every point that the judge can think of; returns it."""
    network = build(submission, target, epsilon)
    x = points(network, target, rng)
    errors = np.abs(difference(network, target, x))
    worst = x[np.argmax(errors)]
    if np.max(errors) > epsilon * (1 + 1e-6):
        found, wanted = float(evaluate(network, worst[None])[0]), float(target(worst))
        with np.errstate(all="ignore"):
            tag, step = find_fault(submission, network, target, epsilon, rng)
        raise Mismatch(
            f"Your network says g({worst:.6g}) = {found:.6g}, and the function is f({worst:.6g}) = {wanted:.6g}: "
            f"it is off by {np.max(errors):.4g}, where {epsilon:.4g} is allowed.",
            returned=found,
            expected=f"{wanted:.6g}, give or take {epsilon:.4g}",
            next_step=step or next_step,
            tag=tag,
        )
    return network


@pytest.mark.task(1)
def test_straight_line(submission, rng):
    """Follows the straight line x/2 on [0, 1] to within 0.2 and to within 0.01."""
    target = Target("x/2", lambda x: x / 2, 0.0, 1.0, 0.5)
    for epsilon in (0.2, 0.01):
        check_error(submission, target, epsilon, rng)


@pytest.mark.task(1)
@pytest.mark.parametrize(("level", "lipschitz"), [(0.0, 0.0), (0.625, 0.0), (1.0, 3.0)])
def test_constant(submission, rng, level, lipschitz):
    """Follows the constant `level`, with a Lipschitz bound of `lipschitz`, which may be needlessly large."""
    target = Target(f"the constant {level:g}", lambda x: np.full(np.shape(x), level), -1.0, 2.0, lipschitz)
    check_error(submission, target, 0.05, rng, next_step="A network whose steps are all 0 still has its output bias.")


@pytest.mark.task(1)
@pytest.mark.parametrize(("a", "b"), [(0.0, 1.0), (-3.0, 5.0), (2.0, 2.01), (-700.0, -300.0)])
def test_any_interval(submission, rng, a, b):
    """Works on any interval, short or long, wherever it lies: from `a` to `b`."""
    target = waves(rng, a, b)
    check_error(
        submission,
        target,
        0.03,
        rng,
        next_step="Lay the cells from a to b, and make steps narrow compared with a cell.",
    )


@pytest.mark.task(1)
@pytest.mark.parametrize("epsilon", [0.3, 0.1, 0.02, 0.005])
def test_any_epsilon(submission, rng, epsilon):
    """Comes as close as it is asked to, within `epsilon`."""
    target = waves(rng, -1.0, 1.0)
    check_error(submission, target, epsilon, rng)


@pytest.mark.task(1)
@pytest.mark.parametrize("teeth", [1, 7, 40])
def test_between_the_knots(submission, rng, teeth):
    """Stays within epsilon between the points where it called f, on a zigzag as steep as the bound allows; teeth: `teeth`."""
    target = zigzag(-1.0, 2.0, teeth, phase=float(rng.uniform(0, 2)))
    check_error(submission, target, 0.1, rng)


@pytest.mark.task(1)
@pytest.mark.parametrize("teeth", [8, 16, 32])
def test_hidden_teeth(submission, rng, teeth):
    """Sees `teeth` teeth that lie between the points of an even, too coarse grid."""
    target = zigzag(0.0, 1.0, teeth)
    check_error(submission, target, 0.15, rng)


@pytest.mark.task(1)
@pytest.mark.parametrize("epsilon", [0.1, 0.01])
def test_steps_are_steep(submission, rng, epsilon):
    """Makes its steps narrow where the cells are narrow, for an epsilon of `epsilon`."""
    target = zigzag(0.0, 0.05, 2, phase=float(rng.uniform(0, 2)))
    steep = "The weight of a unit is one over the width of its step: let it grow as the cells get narrower."
    check_error(submission, target, epsilon, rng, next_step=steep)


@pytest.mark.task(1)
@pytest.mark.parametrize("rising", [True, False])
def test_steep_place(submission, rng, rising):
    """Follows a function that is flat almost everywhere and steep in one place; rising: `rising`."""
    target = ramp(0.0, 10.0, float(rng.uniform(1, 9)), 0.25, rising)
    check_error(
        submission, target, 0.1, rng, next_step="Each step goes from the height before it to the height after it."
    )


@pytest.mark.task(1)
def test_picture(submission, pictures, rng):
    """Follows a wavy function to within 0.2 and to within 0.03."""
    target = waves(rng, 0.0, 4.0)
    x = np.linspace(0.0, 4.0, 1201)
    networks = {epsilon: build(submission, target, epsilon) for epsilon in (0.2, 0.03)}
    curves = {"target": target(x)} | {f"ε = {epsilon}": evaluate(net, x) for epsilon, net in networks.items()}
    pictures.curves("target_and_network", x, curves, xlabel="x", ylabel="f(x)")
    for epsilon in networks:
        check_error(submission, target, epsilon, rng)


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
        network = check_error(submission, target, epsilon, rng)
        ratios.append(network[0].size / (1 + target.span(epsilon)))
    threshold("units", max(ratios))
