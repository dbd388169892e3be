"""What `LSTMCell` must do."""

import numpy as np
import pytest

from grader.testing import assert_arrays
from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_finite
from grader.testing import assert_length
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import numeric_gradient
from grader.testing import unpack

PARTS = ("forget", "input", "candidate", "output")
NAMES = [f"{part}_{kind}" for kind in ("kernel", "bias") for part in PARTS]
SOURCES = {"the inputs and both states": ["inputs", "h", "C"], "the kernels and the biases": NAMES}
OPEN, CLOSED = 50.0, -50.0
GATES = {
    "keeps its memory where only the forget and the output gate are open": ("forget", "output"),
    "replaces its memory where only the input and the output gate are open": ("input", "output"),
    "adds to its memory where all gates are open": ("forget", "input", "output"),
    "shows nothing where only the output gate is closed": ("forget", "input"),
}
MEMORY = "The forget gate multiplies the old memory, the input gate the candidate, and nothing else changes the memory."
OUTPUT = "h is the output gate times tanh of the new memory, which may be of any size."
RETURN = "End with `return h, [h, C]`: the output, then both new states, h first."
ROWS = "Concatenate h and x with h first, for all four kernels alike: their first `units` rows belong to h."
FORMULA = "Compute all three gates and the candidate from the states that came in, each with its own kernel and bias."
KEEP = "Keep nothing in the layer between two calls: h and C come with the call."
WEIGHTS = "Make each of the eight weights by `self.add_weight` in `build`, and no other."
BIASES = "Name an initializer for every bias: zeros, and ones for the forget gate's alone."
KERNELS = "Leave the kernels to the default of `self.add_weight`: units that begin alike remain alike."
FLOW = "Compute with operations of Keras or TensorFlow, with the weights themselves, not their values as NumPy arrays."
SEQUENCE = "The states that one step returns are those that the next one gets, in the same order, from 0."


def step(inputs, h, memory, weights):
    """One step, with a product for h and another for x, and the logistic function by tanh."""
    units = h.shape[1]
    forget, write, candidate, show = (
        inputs @ weights[f"{part}_kernel"][units:] + h @ weights[f"{part}_kernel"][:units] + weights[f"{part}_bias"]
        for part in PARTS
    )
    forget, write, show = (0.5 + np.tanh(gate / 2) / 2 for gate in (forget, write, show))
    memory = memory * forget + np.tanh(candidate) * write
    return np.tanh(memory) * show, memory


def random_weights(rng, features, units):
    """Weights of all eight names."""
    kernels = rng.normal(size=(4, units + features, units)) / np.sqrt(units + features)
    return dict(zip(NAMES, [*kernels, *rng.normal(size=(4, units))], strict=True))


def random_point(rng, batch, features, units):
    """Inputs, h and C; the memory is larger than 1, as it may become."""
    return rng.normal(size=(batch, features)), rng.uniform(-1, 1, (batch, units)), 2 * rng.normal(size=(batch, units))


def make_cell(submission, support, features, units, weights):
    """A cell that is built and has these weights."""
    cell = submission.LSTMCell(units)
    cell.build((None, features))
    support.set_weights(cell, **weights)
    return cell


def check_step(cell, inputs, h, memory, expected, steps, what=""):
    """Takes one step and compares the memory first, then both copies of h."""
    output, states = unpack(cell(inputs, [h, memory]), "h", "[h, C]", next_step=RETURN)
    new_h, new_memory = unpack(states, "h", "C", next_step=RETURN)
    wanted_h, wanted_memory = expected
    for name, value, wanted, other, next_step in (
        ("the state C", new_memory, wanted_memory, wanted_h, steps[0]),
        ("the state h", new_h, wanted_h, wanted_memory, steps[1]),
        ("the output", output, wanted_h, wanted_memory, steps[1]),
    ):
        is_other = np.allclose(assert_shape(value, wanted.shape, name=name + what), other, atol=1e-5)
        assert_close(value, wanted, name=name + what, next_step=RETURN if is_other else next_step)


@pytest.mark.task(1)
@pytest.mark.parametrize("what", list(GATES))
def test_gates_open_and_closed(submission, support, what):
    """A cell whose candidate is 0.75 `what`."""
    weights = {name: np.zeros((5, 2) if name.endswith("kernel") else 2) for name in NAMES}
    weights |= {f"{part}_bias": np.full(2, OPEN if part in GATES[what] else CLOSED) for part in PARTS}
    weights["candidate_bias"] = np.full(2, np.arctanh(0.75))
    cell, memory = make_cell(submission, support, 3, 2, weights), np.array([[3.0, -0.5]])
    expected = memory * ("forget" in GATES[what]) + 0.75 * ("input" in GATES[what])
    shown = np.tanh(expected) * ("output" in GATES[what])
    check_step(cell, np.ones((1, 3)), np.ones((1, 2)), memory, (shown, expected), (MEMORY, OUTPUT))


@pytest.mark.task(1)
@pytest.mark.parametrize("part", PARTS)
def test_one_kernel(submission, support, rng, part):
    """Multiplies h by the first rows and x by the other rows of the kernel `part`_kernel, and adds its bias."""
    weights = random_weights(rng, 3, 4)
    weights |= {name: np.zeros_like(value) for name, value in weights.items() if not name.startswith(part)}
    weights["candidate_bias"] = weights["candidate_bias"] + 1.0  # So that there is something to write.
    cell, point = make_cell(submission, support, 3, 4, weights), random_point(rng, 5, 3, 4)
    check_step(cell, *point, step(*point, weights), (ROWS, ROWS if part == "output" else OUTPUT))


@pytest.mark.task(1)
@pytest.mark.parametrize(("batch", "features", "units"), [(1, 1, 1), (4, 3, 5), (2, 4, 4)])
def test_step(submission, support, rng, batch, features, units):
    """Takes two unrelated steps with a batch of `batch`, `features` features and `units` units."""
    cell = make_cell(submission, support, features, units, weights := random_weights(rng, features, units))
    for steps, what in (((FORMULA, OUTPUT), ""), ((KEEP, KEEP), " in the second call")):
        point = random_point(rng, batch, features, units)
        check_step(cell, *point, step(*point, weights), steps, what)


@pytest.mark.task(1)
def test_large_numbers(submission, support, rng):
    """Stays finite where gates and candidate get sums of thousands, and where the memory is large."""
    # Multiples of 1/8 and of 1,000: their products are exact in float32, and their sums either 0 or at least 125.
    weights = {name: np.round(8 * value) / 8 for name, value in random_weights(rng, 3, 4).items()}
    inputs, memory = 1000.0 * rng.choice([-2, -1, 1, 2], size=(6, 3)), rng.choice([-1e3, -20.0, 20.0, 1e3], (6, 4))
    cell, point = make_cell(submission, support, 3, 4, weights), (inputs, rng.uniform(-1, 1, (6, 4)), memory)
    check_step(cell, *point, step(*point, weights), (FORMULA, OUTPUT))


@pytest.mark.task(2)
@pytest.mark.parametrize(("features", "units"), [(3, 5), (1, 2)])
def test_eight_trainable_weights(submission, features, units):
    """Has a kernel and a bias for each gate and the candidate, for `features` features and `units` units."""
    cell = submission.LSTMCell(units)
    cell.build((None, features))
    for name in NAMES:
        assert_shape(getattr(cell, name), (units + features, units) if name.endswith("kernel") else (units,), name=name)
    assert_length(cell.trainable_weights, 8, of="trainable weights", next_step=WEIGHTS)
    assert_length(cell.weights, 8, of="weights", next_step=WEIGHTS)


@pytest.mark.task(2)
def test_first_values(submission):
    """Begins with 1 in the forget gate's bias, 0 in the other biases, and random numbers in four different kernels."""
    cell = submission.LSTMCell(6)
    cell.build((None, 4))
    for part in PARTS:
        name, wanted = f"{part}_bias", float(part == "forget")
        assert_close(getattr(cell, name), np.full(6, wanted), name=name, next_step=BIASES)
    distinct = np.unique([assert_finite(getattr(cell, f"{part}_kernel"), (10, 6)) for part in PARTS]).size
    check(distinct > 200, "Many entries of the four kernels begin with the same number.", next_step=KERNELS)


@pytest.mark.task(2)
@pytest.mark.parametrize("sources", list(SOURCES))
def test_gradient(submission, support, rng, sources):
    """Passes the gradient back to `sources`."""
    weights, point = random_weights(rng, 3, 4), random_point(rng, 2, 3, 4)
    upstream, cell = rng.normal(size=(2, 2, 4)), make_cell(submission, support, 3, 4, weights)
    values = dict(zip(("inputs", "h", "C"), point, strict=True)) | weights
    found = support.gradients(cell, point[0], list(point[1:]), upstream)
    found = dict(zip(values, assert_length(found, 11, of="gradients"), strict=True))

    def total(point):
        return np.vdot(upstream, step(point["inputs"], point["h"], point["C"], point))

    for name in SOURCES[sources]:
        check(found[name] is not None, f"No gradient flows back to {name}.", next_step=FLOW)
        wanted = numeric_gradient(lambda value, name=name: total(values | {name: value}), values[name])
        assert_close(found[name], wanted, atol=1e-4, name=f"the gradient of {name}", next_step=FLOW)


@pytest.mark.task(3)
def test_names_both_states(submission):
    """Has the widths of both states in `state_size`."""
    assert_equal(assert_length(submission.LSTMCell(7).state_size, 2, of="widths"), [7, 7])


@pytest.mark.task(3)
def test_runs_over_a_sequence(submission, support, rng):
    """Runs in `keras.layers.RNN`, compiled once for any batch and any length, from 1 to 30 steps."""
    weights, shapes = random_weights(rng, 3, 4), [(3, 30), (1, 1), (2, 7)]
    sequences = [rng.normal(size=(*shape, 3)) for shape in shapes]
    returned = support.run(make_cell(submission, support, 3, 4, weights), sequences)
    for (batch, time), inputs, results in zip(shapes, sequences, assert_length(returned, 3), strict=True):
        h, memory, outputs = np.zeros((batch, 4)), np.zeros((batch, 4)), []
        for number in range(time):
            h, memory = step(inputs[:, number], h, memory, weights)
            outputs.append(h)
        names = [f"the {part} with {batch} x {time} steps" for part in ("outputs", "last h", "last C")]
        assert_arrays(results, [np.stack(outputs, axis=1), h, memory], names=names, next_step=SEQUENCE)


@pytest.mark.task(3)
def test_is_trained_in_fit(submission, support, rng):
    """Is trained by `fit`, all eight weights, with a last batch that is smaller."""
    weights, sequences = random_weights(rng, 2, 3), rng.normal(size=(6, 5, 2))
    cell = make_cell(submission, support, 2, 3, weights)
    before, after = support.fit(cell, sequences, sequences.sum(axis=(1, 2))[:, None])
    for name, old, new in zip(NAMES, before, after, strict=True):
        has_moved = np.abs(assert_finite(new, name=name) - old).max() > 1e-6
        check(has_moved, f"`fit` has not changed {name}.", next_step=FLOW)
