"""What `xor` must do."""

import itertools

import numpy as np
import pytest

from grader.testing import assert_equal
from grader.testing import assert_finite
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import unpack

ROWS = "your network's truth table, from row 0 on"
DECIDE = "Compare with 0 in every layer: hidden units pass on 0 or 1, neither their scores nor fractions."
COLUMNS = "The weights have a row for each input and a column for each unit: multiply inputs by weights, in this order."
ON_THE_LINE = "At some corner a score is exactly 0, and that gives 1. Move the line away from the corner with the bias."
ONE_ROW = (
    "The unit of a row fires for this row only: an input that is 0 there has to count against it, with its weight."
)
ORDER = "Row i belongs to the binary digits of i, the most significant first: row 1 has only the last input on."
APART = "The rows 01 and 10 can have different outputs: a unit that only counts the 1s cannot tell them apart."
ANY = "One hidden unit that fires is enough for a 1: the output unit computes OR."
NONE = "Ask what the output unit says when no hidden unit fires, and when there are none."
LAYERS = "Return the network, not its answers: a list of layers, each a tuple of its weights and its biases."
FLAT = "Return one bias for each unit of a layer, in a flat array."
FINITE = "Look for a division by 0, or use a large number in place of infinity."
TABLE = "Build from the table that is given: 2^n rows belong to n inputs."


def corners(num_inputs):
    """The inputs of every row of a truth table."""
    return np.array(list(itertools.product([0, 1], repeat=num_inputs)))


def take_network(layers, num_inputs):
    """The layers as arrays, if they are a network of threshold units with so many inputs and one output."""
    check(isinstance(layers, list | tuple) and layers, "It is not a list of layers.", returned=layers, next_step=LAYERS)
    network, width, size = [], num_inputs, 0
    for number, layer in enumerate(layers, 1):
        weights, biases = unpack(layer, "weights", "biases", next_step=LAYERS)
        biases = assert_shape(biases, (None,), name=f"the biases of layer {number}", next_step=FLAT)
        units = len(biases)
        if width == 0 or units == 0:
            weights = np.zeros((width, units))
        rows = f"each input, here {num_inputs}" if number == 1 else "each unit of the layer before"
        step = f"The weights of layer {number} need a row for {rows}, and a column for each of its own units."
        weights = assert_shape(weights, (width, units), name=f"the weights of layer {number}", next_step=step)
        assert_finite(np.append(weights, biases), name=f"layer {number}, weights first", next_step=FINITE)
        network.append((weights.astype(float), biases.astype(float)))
        width, size = units, size + weights.size
        check(size <= 1_000_000, "The network has more than a million weights.", next_step="Use fewer units.")
    step = "Join the answers of the units before it in a single unit."
    check(width == 1, f"The last layer has {width} units, and it should have 1.", returned=layers, next_step=step)
    return network


def evaluate(network, inputs):
    """What threshold units with these weights say, and whether one of their scores is exactly 0."""
    outputs, touches = np.asarray(inputs, dtype=float), False
    for weights, biases in network:
        scores = outputs @ weights + biases
        outputs, touches = np.where(scores < 0, 0.0, 1.0), touches or bool((scores == 0).any())
    return outputs.astype(int), touches


def check_table(submission, table, next_step, apart=None):
    """The network that is built for a truth table has it; `apart` is the step where rows 1 and 2 have one output."""
    num_inputs = len(table).bit_length() - 1
    network = take_network(submission.from_truth_table(np.array(table)), num_inputs)
    outputs, touches = evaluate(network, corners(num_inputs))
    answers = outputs[:, 0]
    step = apart if apart and answers[1] == answers[2] else ON_THE_LINE if touches else next_step
    assert_equal(answers, table, name=ROWS, next_step=step)


@pytest.mark.task(1)
def test_one_layer(submission):
    """Computes a layer of two units at once."""
    layer = np.array([[1.0, -1.0], [0.0, 2.0]]), np.array([-1.5, 0.5])
    outputs = submission.forward(np.array([[1.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 5.0]]), [layer])
    assert_equal(outputs, [[0, 0], [1, 0], [1, 1], [0, 1]], kind="integer", next_step=COLUMNS)


@pytest.mark.task(1)
def test_two_layers(submission):
    """Computes AND as NAND followed by NOT."""
    nand, negation = (np.array([[-1.0], [-1.0]]), np.array([1.5])), (np.array([[-1.0]]), np.array([0.5]))
    outputs = submission.forward(corners(2).astype(float), [nand, negation])
    assert_equal(outputs, [[0], [0], [0], [1]], kind="integer", next_step=DECIDE)


@pytest.mark.task(1)
def test_hidden_units_decide(submission):
    """Passes on decisions, 0 or 1, from layer to layer, and not scores."""
    first = np.array([[4.0, 1.0]]), np.array([-2.0, 0.0])
    second = np.array([[1.0, -3.0, 1.0], [-1.0, 3.0, 1.0]]), np.array([-0.5, -0.5, -1.75])
    outputs = submission.forward(np.array([[-3.0], [0.25], [0.75], [5.0]]), [first, second])
    assert_equal(outputs, [[0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]], kind="integer", next_step=DECIDE)


@pytest.mark.task(1)
def test_hyperplane_belongs_to_the_positive_side(submission):
    """Gives 1 for a score of exactly 0, in the last layer and in the others."""
    first = np.array([[1.0, -1.0], [-1.0, 1.0]]), np.array([0.0, 0.0])
    second = np.array([[1.0], [1.0]]), np.array([-2.0])
    outputs = submission.forward(np.array([[2.0, 2.0], [2.0, 1.0], [0.0, 0.0], [1.0, 2.0]]), [first, second])
    step = "Look at the comparison: what does it answer for a score of exactly 0?"
    assert_equal(outputs, [[1], [0], [1], [0]], kind="integer", next_step=step)


@pytest.mark.task(1)
@pytest.mark.parametrize("widths", [(3, 1), (4, 3, 5, 2), (1, 6, 6, 6, 3)])
def test_any_number_of_layers(submission, rng, widths):
    """Goes through all layers in their order, with any number of units, here `widths`."""
    # Multiples of 1/4, and biases that end in 1/8: exact in float32, and no score is 0.
    inputs = rng.integers(-12, 13, size=(24, widths[0])) / 4
    layers = [
        (rng.integers(-8, 9, size=(a, b)).astype(float), (rng.integers(-3, 4, size=b) + 0.5) / 4)
        for a, b in itertools.pairwise(widths)
    ]
    expected, _ = evaluate(layers, inputs)
    assert_equal(
        submission.forward(inputs, layers),
        expected,
        kind="integer",
        next_step="Take the layers in order, from the first to the last.",
    )


@pytest.mark.task(2)
def test_xor_is_a_network(submission):
    """Returns layers of units, from two inputs to one output."""
    take_network(submission.xor(), 2)


@pytest.mark.task(2)
def test_xor(submission, pictures):
    """Says 1 where exactly one of two inputs is 1."""
    network = take_network(submission.xor(), 2)
    pictures.regions("xor_in_the_plane", lambda points: evaluate(network, points)[0][:, 0], corners(2), [0, 1, 1, 0])
    outputs, touches = evaluate(network, corners(2))
    step = "Lay two lines that have 01 and 10 between them; between them both units agree, so join them with AND."
    if len(network) == 1:
        step = "One unit draws one line, and no line parts 01 and 10 from 00 and 11: add a hidden layer."
    elif touches:
        step = ON_THE_LINE
    elif outputs.ravel().tolist() == [1, 0, 0, 1]:
        step = "This is the opposite of XOR: change every sign of the output unit."
    assert_equal(outputs[:, 0], [0, 1, 1, 0], name=ROWS, next_step=step)


@pytest.mark.task(3)
@pytest.mark.parametrize(("num_inputs", "row"), [(1, 1), (2, 0), (3, 7)])
def test_one_row(submission, num_inputs, row):
    """Says 1 for row `row` of a table and for no other; number of inputs: `num_inputs`."""
    check_table(submission, [int(i == row) for i in range(2**num_inputs)], ONE_ROW)


@pytest.mark.task(3)
@pytest.mark.parametrize("row", [1, 2])
def test_order_of_the_rows(submission, row):
    """Tells the rows 01 and 10 apart, and says 1 for row `row` only."""
    table = [int(i == row) for i in range(4)]
    check_table(submission, table, ORDER, APART)


@pytest.mark.task(3)
def test_several_rows(submission):
    """Says 1 for each of several rows."""
    for table in ([1, 0, 0, 1], [0, 1, 1, 1], [1, 0, 1, 0, 0, 1, 0, 1]):
        check_table(submission, table, ANY)


@pytest.mark.task(3)
@pytest.mark.parametrize("value", [0, 1])
def test_constant(submission, value):
    """Says `value` in every row of the table."""
    for num_inputs in (1, 3):
        check_table(submission, [value] * 2**num_inputs, NONE)


@pytest.mark.task(3)
def test_two_inputs(submission):
    """Builds all sixteen truth tables of two inputs."""
    for table in itertools.product([0, 1], repeat=4):
        check_table(submission, list(table), TABLE)


@pytest.mark.task(3)
@pytest.mark.parametrize("num_inputs", [3, 8])
def test_any_table(submission, rng, num_inputs):
    """Builds a truth table of `num_inputs` inputs."""
    check_table(submission, rng.integers(0, 2, size=2**num_inputs).tolist(), TABLE)


@pytest.mark.task(3)
def test_parity(submission):
    """Builds the XOR of six inputs, which says whether an odd number of them is 1."""
    check_table(submission, [i.bit_count() % 2 for i in range(64)], TABLE)
