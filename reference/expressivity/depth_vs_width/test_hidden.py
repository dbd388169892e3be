"""What `depth_vs_width` must do.

There are four tasks of four kinds, and pieces are counted in exact fractions: hence more than 200 lines.
"""

from fractions import Fraction
from itertools import groupby
from itertools import pairwise

import numpy as np
import pytest

from grader.testing import assert_equal
from grader.testing import assert_shape
from grader.testing import check

MOST_WEIGHTS = 2_000_000
LAYERS = "Return a list of layers, each a tuple of its weights and its biases."
TENT = "One fold goes straight up to 1 at x = 1/2 and straight down to 0 at x = 1: two units, and the second turns it round."
TEETH = "The sawtooth with k + 1 folds is the tent of the sawtooth with k folds: put one tent after the other."
COMPOSE = "Units side by side add a piece each, layers multiply: let each layer fold what the one before it has folded."
INSIDE = "Only bends between a and b end a piece; one at a or b does not."
NONE = "No unit switches between a and b here, so nothing bends: ask where units switch, not how many there are."
SLOPES = "A bend is any change of slope, whether the function turns round there or not."
SAME = "Where a unit switches and the slope stays the same, no piece ends: look at the function, not at its units."
HAIR = "Two layers switch at the same point, up to rounding: merge points that are a hair apart before you take slopes."
IDLE = "A score that is 0 on both sides of a point has not passed 0 there; mind the division by 0."
DEEPER = "Units of later layers switch where their score, which is itself bent, passes 0: go through all layers."
CLOSE = "To see a thousand pieces, compute the switches, or look at many more points than there are pieces."
LINEAR = "The last layer is linear: the output may be negative, and does not bend at 0."
COUNT = (
    "Find where units switch, layer by layer, and count the changes of slope between a and b; add one for the pieces."
)
FEW = "One unit for each bend is enough, and one for the slope at a."
VALUE = "Begin with the value and the slope at a; each further unit adds the change of slope at its bend."


def take_network(layers):
    """The layers as arrays, if they are a network with one input and one output."""
    check(
        isinstance(layers, list | tuple) and len(layers) > 0,
        "That is not a list of layers.",
        returned=layers,
        expected="[(weights, biases), ...]",
        next_step=LAYERS,
    )
    network, width, size = [], 1, 0
    for number, layer in enumerate(layers, 1):
        check(
            isinstance(layer, list | tuple) and len(layer) == 2,
            f"Layer {number} is not a pair of weights and biases.",
            returned=layer,
            expected="(weights, biases)",
            next_step=LAYERS,
        )
        weights, biases = layer
        units = np.size(biases) if isinstance(biases, np.ndarray | list | tuple) else -1
        biases = assert_shape(biases, (units,), next_step="Return one bias for each unit of a layer, in a flat array.")
        if width == 0 or units == 0:
            weights = np.zeros((width, units))
        step = f"The weights of layer {number} need a row for each of its inputs, and a column for each of its units."
        weights = assert_shape(weights, (width, units), next_step=step)
        check(
            np.isfinite(weights).all() and np.isfinite(biases).all(),
            f"Some numbers of layer {number} are not finite.",
            returned=layer,
            next_step="Look for a division by 0.",
        )
        network.append((weights.astype(float), biases.astype(float)))
        width, size = units, size + weights.size
        check(size <= MOST_WEIGHTS, "The network has more than two million weights.", next_step=COMPOSE)
    check(
        width == 1,
        f"The last layer has {width} units, and it should have 1.",
        returned=layers,
        next_step="End with a linear layer of one unit, which joins the units before it.",
    )
    return network


def evaluate(network, x):
    """The network at every x."""
    values = np.reshape(x, (-1, 1)).astype(float)
    for weights, biases in network[:-1]:
        values = np.maximum(values @ weights + biases, 0.0)
    return (values @ network[-1][0] + network[-1][1])[:, 0]


def count_units(network):
    return sum(biases.size for _, biases in network[:-1])


def triangle_wave(x, k):
    """The sawtooth without a network: how far x 2^k is from the nearest even number."""
    scaled = np.asarray(x) * 2**k
    return np.abs(scaled - 2 * np.round(scaled / 2))


def check_values(network, x, expected, tolerance, next_step):
    """The network has the expected values, and else says where it is farthest off."""
    returned = evaluate(network, x)
    errors = np.abs(returned - expected)
    worst = int(np.argmax(errors))
    check(
        errors[worst] <= tolerance,
        f"At x = {x[worst]:.6g} the network gives {returned[worst]:.6g}, and it should give {expected[worst]:.6g}.",
        returned=float(returned[worst]),
        expected=float(expected[worst]),
        next_step=next_step,
    )


def check_sawtooth(network, k, rng, next_step):
    """The network is the sawtooth of 2^k pieces: at its ends, in the middle of its pieces, and anywhere."""
    x = np.concatenate([np.arange(2 ** (k + 1) + 1) / 2 ** (k + 1), rng.uniform(size=300)])
    returned, expected = evaluate(network, x), triangle_wave(x, k)
    if np.allclose(returned, 1 - expected, atol=1e-3):
        next_step = "The teeth are upside down: at x = 0 the sawtooth is 0."
    elif np.allclose(returned, triangle_wave(x, k + 1), atol=1e-3):
        next_step = "There is one fold too many: a single tent is k = 1 already."
    check_values(network, x, expected, 1e-3, next_step)


def layer(weights, biases):
    return np.array(weights, dtype=float), np.array(biases, dtype=float)


def shallow(*units, output_bias=0.0):
    """A network with one hidden layer; a unit is its weight, its bias and its output weight."""
    weights, biases, outputs = zip(*units, strict=True)
    return [layer([weights], biases), layer(np.transpose([outputs]), [output_bias])]


def make_sawtooth(k):
    """The sawtooth as 1 - |2 x - 1|, again and again; to both sides of [0, 1] its outer pieces go straight on."""
    first, again = layer([[2, -2]], [-1, 1]), layer([[-2, 2], [-2, 2]], [1, -1])
    return [first, *[again] * (k - 1), layer([[-1], [-1]], [1])]


def walk(network, a, b):
    """Walks from a to b, from one switch to the next, in exact arithmetic.

    Returns:
        A list with the beginning of each stretch on which no unit switches, and the slope of the function there.
    """
    at, end, stretches = Fraction(a), Fraction(b), []
    while at < end:
        # Each unit is its value here and its slope from here on; pairs compare as what follows from them.
        units, following = [(at, Fraction(1))], end
        for number, (weights, biases) in enumerate(network, 1):
            rows, scores = weights.tolist(), []
            for j, bias in enumerate(biases.tolist()):
                value = sum((v * Fraction(row[j]) for (v, _), row in zip(units, rows, strict=True)), Fraction(bias))
                slope = sum(s * Fraction(row[j]) for (_, s), row in zip(units, rows, strict=True))
                scores.append((value, slope))
            if number == len(network):
                break
            zeros = [at - value / slope for value, slope in scores if slope]
            following = min([following, *(zero for zero in zeros if zero > at)])
            units = [max(score, (0, 0)) for score in scores]
        stretches.append((at, scores[0][1]))
        at = following
    return stretches


def slopes_of_pieces(stretches):
    return [float(slope) for slope, _ in groupby(slope for _, slope in stretches)]


def random_network(rng, widths, a, b, least):
    """A random network with at least so many pieces, whose switches and slopes are far enough apart."""
    while True:
        network = [(rng.integers(-8, 9, size=(n, m)) / 4, rng.integers(-8, 9, size=m) / 4) for n, m in pairwise(widths)]
        stretches = walk(network, a, b)
        slopes = slopes_of_pieces(stretches)
        lengths = np.diff([float(at) for at, _ in stretches] + [b])
        if len(slopes) >= least and lengths.min() > (b - a) / 1000 and np.abs(np.diff(slopes)).min() > 0.1:
            return network, len(slopes)


def check_count(submission, network, a, b, pieces, next_step):
    assert_equal(submission.count_pieces(network, a, b), pieces, kind="integer", next_step=next_step)


def check_shallow(submission, network, a, b, pieces, rng):
    """The rewritten network is shallow, small, and the same function; returns the number of its units."""
    rewritten = take_network(submission.make_shallow(network, a, b))
    check(
        len(rewritten) == 2,
        f"The network has {len(rewritten) - 1} hidden layers, and it should have 1.",
        next_step="Return two layers: the hidden one, and the linear one.",
    )
    units = count_units(rewritten)
    check(
        units <= pieces + 1,
        f"The network has {units} hidden units, and at most {pieces + 1} are allowed here.",
        returned=f"{units} hidden units",
        expected=f"at most {pieces + 1}",
        next_step=FEW,
    )
    x = np.concatenate([np.linspace(a, b, 2049), rng.uniform(a, b, size=300)])
    expected = evaluate(network, x)
    check_values(rewritten, x, expected, 1e-3 * (1 + np.abs(expected).max()), VALUE)
    return units


@pytest.mark.task(1)
def test_one_fold(submission, rng):
    """Builds the tent, with k = 1."""
    check_sawtooth(take_network(submission.sawtooth(1)), 1, rng, TENT)


@pytest.mark.task(1)
@pytest.mark.parametrize("k", [2, 3, 6])
def test_folds(submission, rng, k):
    """Builds the sawtooth of 2^k pieces, with k = `k`."""
    # Another is asked for, too, in any order, so that it is k that decides and not the number of the call.
    networks = {folds: submission.sawtooth(folds) for folds in rng.permutation([k, 1]).tolist()}
    check_sawtooth(take_network(networks[k]), k, rng, TEETH)


@pytest.mark.task(1)
def test_picture(submission, rng, pictures):
    """Builds sawtooths with more and more teeth: k = 1, 2 and 4."""
    x = np.linspace(0, 1, 1025)
    networks = {k: take_network(submission.sawtooth(k)) for k in (1, 2, 4)}
    curves = {f"k = {k}": evaluate(network, x) for k, network in networks.items()}
    pictures.curves("sawtooths", x, curves, xlabel="x", ylabel="f(x)")
    for k, network in networks.items():
        check_sawtooth(network, k, rng, TEETH)


@pytest.mark.task(2)
def test_units(submission, rng, threshold):
    """Needs at most 4 k hidden units, up to k = 10."""
    ratios = []
    for k in rng.permutation([1, 2, 5, 10]).tolist():
        network = take_network(submission.sawtooth(k))
        check_sawtooth(network, k, rng, TEETH)
        ratios.append(count_units(network) / k)
    threshold("cost", max(ratios), next_step=COMPOSE)


@pytest.mark.task(3)
def test_straight_line(submission):
    """Counts one piece where the function is straight: without hidden layers, and where no unit switches."""
    check_count(submission, [layer([[-3]], [5])], -1.0, 1.0, 1, "A straight line is one piece, without any bend.")
    check_count(submission, shallow((1, 5, 2), (1, -5, 3)), -1.0, 1.0, 1, NONE)


@pytest.mark.task(3)
def test_output_is_linear(submission):
    """Counts no bend where the output passes 0."""
    check_count(submission, shallow((1, 0, 2), (1, -0.5, -4), output_bias=-0.5), 0.125, 1.0, 2, LINEAR)


@pytest.mark.task(3)
def test_bends_inside_only(submission):
    """Counts the bends of |x| between a and b, and neither at the ends nor outside."""
    absolute = shallow((1, 0, 1), (-1, 0, 1))
    for a, b, pieces in ((-1.0, 2.0, 2), (0.0, 2.0, 1), (-3.0, 0.0, 1), (1.0, 2.0, 1)):
        check_count(submission, absolute, a, b, pieces, INSIDE)


@pytest.mark.task(3)
def test_bends_without_a_turn(submission):
    """Counts a bend where the slope changes and keeps its sign."""
    check_count(submission, shallow((1, 0, 1), (1, -1, 1), (1, -2, -0.5)), -1.0, 3.0, 4, SLOPES)


@pytest.mark.task(3)
def test_switches_without_a_bend(submission):
    """Counts nothing where a unit switches and the function goes straight on."""
    cancelled = shallow((1, -1, 2), (-1, 1, -2), (1, 1, 1), (2, 2, -0.5), (1, 2, 0))
    check_count(submission, cancelled, -4.0, 4.0, 1, SAME)
    hidden_by_the_next_layer = [layer([[1, 1]], [0, -2]), layer([[1], [1]], [-1]), layer([[3]], [1])]
    check_count(submission, hidden_by_the_next_layer, -1.0, 3.0, 3, SAME)


@pytest.mark.task(3)
def test_switches_at_one_point(submission):
    """Counts switches that differ only by rounding as one, and a score that is 0 all along as none."""
    twice = [layer([[29, -29]], [-1, 1]), layer([[1, 2], [-1, -2]], [0, 0]), layer([[1], [1]], [0])]
    check_count(submission, twice, -1.0, 1.0, 2, HAIR)
    idle = [layer([[1, -1]], [0, 0]), layer([[1], [0]], [0]), layer([[2]], [-1])]
    check_count(submission, idle, -2.0, 2.0, 2, IDLE)


@pytest.mark.task(3)
@pytest.mark.parametrize("k", [2, 5, 10])
def test_pieces_of_a_sawtooth(submission, k):
    """Counts all 2^k pieces of a sawtooth with k = `k` hidden layers."""
    check_count(submission, make_sawtooth(k), -0.05, 1.03, 2**k, CLOSE if k == 10 else DEEPER)


@pytest.mark.task(3)
@pytest.mark.parametrize("hidden", [(6,), (4, 4), (3, 4, 3)])
def test_pieces_of_any_network(submission, rng, hidden):
    """Counts the pieces of a network with random weights and hidden layers of `hidden` units."""
    network, pieces = random_network(rng, (1, *hidden, 1), -4.0, 4.0, 3 + len(hidden))
    check_count(submission, network, -4.0, 4.0, pieces, COUNT)


@pytest.mark.task(4)
def test_shallow_by_hand(submission, rng):
    """Rewrites small networks: a straight line, a step with a slope, and |x|."""
    check_shallow(submission, [layer([[-3]], [2])], -1.0, 1.0, 1, rng)
    check_shallow(submission, shallow((1, 0, 2), (1, -1, -2), output_bias=0.5), -1.0, 3.0, 3, rng)
    check_shallow(submission, shallow((1, 0, 1), (-1, 0, 1)), -2.0, 1.0, 2, rng)


@pytest.mark.task(4)
@pytest.mark.parametrize("hidden", [(6,), (3, 4, 3)])
def test_shallow_for_any_network(submission, rng, hidden):
    """Rewrites a network with random weights and hidden layers of `hidden` units."""
    network, pieces = random_network(rng, (1, *hidden, 1), -4.0, 4.0, 3 + len(hidden))
    check_shallow(submission, network, -4.0, 4.0, pieces, rng)


@pytest.mark.task(4)
def test_price_of_being_shallow(submission, rng, pictures):
    """Rewrites sawtooths, each of which takes twice as many units as the last."""
    folds, deep, wide = range(1, 8), [], []
    for k in folds:
        network = make_sawtooth(k)
        deep.append(count_units(network))
        wide.append(check_shallow(submission, network, -0.05, 1.03, 2**k, rng))
    pictures.curves("hidden_units", list(folds), {"deep": deep, "shallow": wide}, xlabel="k", ylabel="hidden units")
