"""What `dense_parameters` must do."""

import itertools

import numpy as np
import pytest

from grader.testing import assert_equal

DIGITS = [784, 128, 64, 10]
HUGE = [100_000, 100_000, 10]
LAYER = "Two numbers make one layer: a weight for each pair of an input and a unit, and a bias for each unit."
WEIGHTS = "A layer has a weight for each pair of an input and a unit, and a bias for each unit."
WITHOUT = "Without biases only the weights count."
OPERATIONS = "A weight is a product, n terms have n - 1 plus signs, the bias brings one more; activations do not count."
NO_BIAS = "Without biases a unit with n inputs has n products and n - 1 plus signs."
BATCH = "Every sample of the batch goes through all layers, and takes as many operations as one alone."
EXACT = "Count in integers that cannot overflow: 32 bits end at 2 147 483 647, and Python's own integers have no end."
BUDGET = "The answer h still fits, even where it uses the budget to the last parameter, and h + 1 does not fit."
SINGLE = "A single hidden layer has no matrix from h to h units: its parameters grow in proportion to h."
SQUARE = "Between two hidden layers lie h² weights, hidden_layers - 1 times; the other two matrices grow with h alone."


def allocate(units, use_bias):
    """Counts the parameters by making them."""
    layers = [(np.zeros((n, m)), np.zeros(m if use_bias else 0)) for n, m in itertools.pairwise(units)]
    return sum(weights.size + biases.size for weights, biases in layers)


def compute(units, batch_size, use_bias):
    """Counts the operations by doing them, one after the other."""
    flops = 0
    for _ in range(batch_size):
        for n, m in itertools.pairwise(units):
            for _ in range(m):
                for term in range(n):
                    flops += 1  # The product.
                    flops += term > 0  # The plus sign before it, unless it is the first term.
                flops += use_bias
    return flops


def cost(inputs, outputs, hidden_layers, width):
    """The parameters of a network with equally wide hidden layers, as a polynomial in the width."""
    return (hidden_layers - 1) * width**2 + (inputs + outputs + hidden_layers) * width + outputs


@pytest.mark.task(1)
@pytest.mark.parametrize(("units", "count"), [([3, 2], 8), ([784, 10], 7850)])
def test_parameters_of_a_layer(submission, units, count):
    """Counts weights and biases of a single layer, here with units = `units`."""
    assert_equal(submission.count_parameters(units), count, kind="integer", next_step=LAYER)


@pytest.mark.task(1)
def test_parameters_of_a_stack(submission):
    """Adds up the parameters of all layers."""
    assert_equal(submission.count_parameters(DIGITS), 109_386, kind="integer", next_step=WEIGHTS)


@pytest.mark.task(1)
def test_parameters_without_biases(submission):
    """Counts the weights alone where the layers have no biases."""
    assert_equal(submission.count_parameters(DIGITS, use_bias=False), 109_184, kind="integer", next_step=WITHOUT)


@pytest.mark.task(1)
def test_parameters_of_any_stack(submission, rng):
    """Counts the parameters of stacks of any depth, with biases and without."""
    for depth, use_bias in itertools.product((1, 2, 3, 7), (True, False)):
        units = rng.integers(2, 40, size=depth + 1).tolist()
        expected = allocate(units, use_bias)
        step = WEIGHTS if use_bias else WITHOUT
        assert_equal(submission.count_parameters(units, use_bias), expected, kind="integer", next_step=step)


@pytest.mark.task(1)
def test_parameters_of_a_huge_stack(submission):
    """Counts ten billion parameters without losing one."""
    assert_equal(submission.count_parameters(HUGE), 10_001_100_010, kind="integer", next_step=EXACT)


@pytest.mark.task(2)
@pytest.mark.parametrize(("units", "flops"), [([3, 1], 6), ([2, 3, 2], 24)])
def test_flops_by_hand(submission, units, flops):
    """Counts products and plus signs of a small network, here with units = `units`."""
    assert_equal(submission.count_flops(units), flops, kind="integer", next_step=OPERATIONS)


@pytest.mark.task(2)
@pytest.mark.parametrize(("units", "flops"), [([3, 1], 5), ([1, 4], 4)])
def test_flops_without_biases(submission, units, flops):
    """Leaves out the addition of the bias where there is none, here with units = `units`."""
    assert_equal(submission.count_flops(units, use_bias=False), flops, kind="integer", next_step=NO_BIAS)


@pytest.mark.task(2)
def test_flops_of_a_batch(submission):
    """Counts the operations for every sample of a batch."""
    assert_equal(submission.count_flops(DIGITS, batch_size=32), 6_987_776, kind="integer", next_step=BATCH)


@pytest.mark.task(2)
def test_flops_of_any_stack(submission, rng):
    """Counts the operations of stacks of any depth, with biases and without."""
    for depth, use_bias in itertools.product((1, 2, 5), (True, False)):
        units, batch_size = rng.integers(2, 12, size=depth + 1).tolist(), int(rng.integers(2, 5))
        returned = submission.count_flops(units, batch_size, use_bias)
        step = OPERATIONS if use_bias else NO_BIAS
        assert_equal(returned, compute(units, batch_size, use_bias), kind="integer", next_step=step)


@pytest.mark.task(2)
def test_flops_of_a_huge_stack(submission):
    """Counts 20 quadrillion operations without losing one."""
    assert_equal(submission.count_flops(HUGE, 1_000_000), 20_002_000_000_000_000, kind="integer", next_step=EXACT)


@pytest.mark.task(3)
def test_widest_with_one_hidden_layer(submission):
    """Finds the widest network 3 -> h -> 2, which has 6 h + 2 parameters."""
    for budget, width in ((602, 100), (601, 99), (607, 100), (608, 101)):
        returned = submission.widest(3, 2, 1, budget)
        is_near = isinstance(returned, int) and abs(returned - width) <= 1
        assert_equal(returned, width, kind="integer", next_step=BUDGET if is_near else SINGLE)


@pytest.mark.task(3)
@pytest.mark.parametrize("hidden_layers", [2, 20])
def test_widest_with_more_hidden_layers(submission, rng, hidden_layers):
    """Finds the widest network with `hidden_layers` hidden layers."""
    for width in rng.integers(2, 300, size=3).tolist():
        inputs, outputs = rng.integers(1, 50, size=2).tolist()
        exactly = cost(inputs, outputs, hidden_layers, width)
        for budget, expected in ((exactly, width), (exactly - 1, width - 1), (exactly + 1, width)):
            returned = submission.widest(inputs, outputs, hidden_layers, budget)
            assert_equal(returned, expected, kind="integer", next_step=SQUARE)


@pytest.mark.task(3)
def test_nothing_fits(submission):
    """Returns 0 where even one unit a layer is too many."""
    step = "Where the network with h = 1 has more parameters than the budget, the answer is 0."
    for hidden_layers, budget in ((1, 0), (1, 7), (3, 11)):
        assert_equal(submission.widest(3, 2, hidden_layers, budget), 0, kind="integer", next_step=step)


@pytest.mark.task(3)
@pytest.mark.parametrize(("hidden_layers", "width"), [(1, 12_345_678_901), (96, 98_765)])
def test_widest_of_a_large_budget(submission, hidden_layers, width):
    """Finds the width in time, and to the unit, where the answer is `width`."""
    exactly = cost(30, 7, hidden_layers, width)
    for budget, expected in ((exactly, width), (exactly - 1, width - 1)):
        returned = submission.widest(30, 7, hidden_layers, budget)
        assert_equal(returned, expected, kind="integer", next_step=BUDGET)
