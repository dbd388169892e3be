"""What `rnn_gradients`, `gradient_norms` and `clip_by_global_norm` must do.

Each of five gradients has a next step of its own, and all are found by a second method: hence more than 200 lines.
"""

import numpy as np
import pytest

from grader.testing import assert_arrays
from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_length
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import numeric_gradients
from grader.testing import unpack

NAMES = ("bias", "kernel", "recurrent_kernel", "initial", "inputs")
SIZES = [(1, 1, 1, 1), (3, 5, 2, 4), (3, 3, 3, 3), (2, 1, 3, 2), (1, 150, 2, 2)]
FIVE = "Return a dict of five arrays, by the names of the docstring."
SHAPE = "The gradient for an array has the shape of that array; `inputs` and `initial` have one for each sequence."
STEPS = {
    "bias": "δ_t is (g_t + δ_{t+1} U^T) ⊙ (1 - h_t²), with h_t at index t of the states; the bias gets the sum of all δ_t.",
    "kernel": "The gradient for the bias is right, and so is each δ_t: W gets the sum of x_t^T δ_t.",
    "recurrent_kernel": "The gradient for W is right: U gets the sum of h_{t-1}^T δ_t, from h_0 on, the state before the step.",
    "initial": "The parameters' gradients are right: h_0 gets δ_1 U^T, a row for each sequence.",
    "inputs": "The parameters' gradients are right: x_t gets δ_t W^T of the same step.",
}
SUM = "That is the right gradient divided by {}: the steps and the sequences are added up, for g_t has all factors already."
ONLY = "What comes back from later steps is added to g_t, before the derivative; at the last step nothing comes back."
KEEP = "Make new arrays, and use `a = a + b` where `a += b` or `a *= b` would write into an argument."
NORMS = "∂L/∂h_{t-1} is (∂L/∂h_t ⊙ (1 - h_t²)) U^T: take the norm of each row, over the units."
SHAPE_OF_NORMS = (
    "There is a norm for each sequence and for each of the T + 1 states: the norm runs over the units only."
)
LAST = "The last entry of each row is the norm of what was given, and the first that at h_0: fill the row from its end."
ALL = (
    "One norm for all arrays: the root of the sum of squares of all entries of all of them, before anything is clipped."
)
FACTOR = "Multiply all arrays by the same factor, the smaller of 1 and the limit over the norm."
ZERO = "Where the norm is 0, nothing is to be clipped: do not divide by it."
LIST = "Return an array for each one passed in, in the same order and shape."
BOTH = "End with `return clipped, norm`: the list first, then the norm before clipping."


def unroll(inputs, kernel, recurrent_kernel, bias, initial):
    """The states h_0 to h_T."""
    states = [initial]
    for t in range(inputs.shape[1]):
        states.append(np.tanh(np.dot(inputs[:, t], kernel) + np.dot(states[-1], recurrent_kernel) + bias))
    return np.stack(states, axis=1)


def draw(rng, batch, time, features, units, scale=1.0):
    """Inputs, kernels, bias and first state."""
    shapes = (batch, time, features), (features, units), (units, units), (units,), (batch, units)
    inputs, kernel, recurrent_kernel, bias, initial = (rng.normal(size=shape) for shape in shapes)
    return [inputs, 0.6 * kernel, scale * recurrent_kernel / units**0.5, 0.3 * bias, np.tanh(initial)]


def solve(states, recurrent_kernel, direct):
    """The gradients by h_0 to h_T, from one system of linear equations for each sequence."""
    found = []
    for h, g in zip(states, direct, strict=True):
        steps, units = h.shape
        system = np.eye(steps * units)
        for t in range(steps - 1):
            rows, columns = slice(t * units, (t + 1) * units), slice((t + 1) * units, (t + 2) * units)
            system[rows, columns] = -recurrent_kernel * (1 - h[t + 1] ** 2)
        found.append(np.linalg.solve(system, np.ravel(g)).reshape(h.shape))
    return np.array(found)


def expect(inputs, states, kernel, recurrent_kernel, upstream):
    """All five gradients."""
    direct = np.concatenate([np.zeros_like(states[:, :1]), upstream], axis=1)
    by_states = solve(states, recurrent_kernel, direct)
    deltas = by_states[:, 1:] * (1 - states[:, 1:] ** 2)
    sums = [
        sum(np.outer(a, d) for a, d in zip(np.vstack(before), np.vstack(deltas), strict=True))
        for before in (inputs, states[:, :-1])
    ]
    return dict(zip(NAMES, [deltas.sum(axis=(0, 1)), *sums, by_states[:, 0], deltas @ kernel.T], strict=True))


def check_gradients(found, expected, time, batch, next_step=None):
    """Compares the gradients one by one, each with a step of its own."""
    is_dict = isinstance(found, dict) and found.keys() == set(NAMES)
    check(is_dict, f"That is not a dict with the names {sorted(NAMES)}.", returned=found, next_step=FIVE)
    for name in NAMES:
        wanted, label = expected[name], f'"{name}"'
        array = assert_finite(assert_shape(found[name], wanted.shape, name=label, next_step=SHAPE), name=label)
        size = np.abs(wanted).max()
        step = next_step or STEPS[name]
        for factor, what in ((time, "the number of steps"), (batch, "the batch size"), (time * batch, "both sizes")):
            if name in NAMES[:3] and factor > 1 and np.allclose(factor * array, wanted, rtol=1e-3, atol=1e-4 * size):
                step = SUM.format(what)
                break
        assert_close(array, wanted, rtol=1e-3, atol=1e-5 + 1e-4 * size, name=label, next_step=step)


def call(submission, inputs, states, kernel, recurrent_kernel, bias, upstream):
    parameters = {"kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias}
    return submission.rnn_gradients(inputs, states, parameters, upstream)


@pytest.mark.task(1)
def test_by_hand(submission):
    """Goes back two steps that can be computed by hand."""
    # δ_2 is 4 · 3/4 = 3, and δ_1 is (3 + 3 · 2) · 8/9 = 8, for h_1 = 1/3 and h_2 = 1/2.
    inputs, states = np.array([[[5.0], [7.0]]]), np.array([[[0.25], [1 / 3], [0.5]]])
    one = [np.array([[10.0]]), np.array([[2.0]]), np.array([0.5])]
    found = call(submission, inputs, states, *one, np.array([[[3.0], [4.0]]]))
    values = [[11.0], [[5 * 8.0 + 7 * 3.0]], [[8 / 4 + 3 / 3]], [[16.0]], [[[80.0], [30.0]]]]
    check_gradients(found, {name: np.array(value) for name, value in zip(NAMES, values, strict=True)}, 2, 1)


@pytest.mark.task(1)
@pytest.mark.parametrize(("batch", "time", "features", "units"), SIZES)
def test_all_gradients(submission, rng, batch, time, features, units):
    """Finds all gradients for a batch of `batch` with `time` steps, `features` features and `units` units."""
    inputs, *weights, initial = draw(rng, batch, time, features, units)
    states, upstream = unroll(inputs, *weights, initial), rng.normal(size=(batch, time, units))
    expected = expect(inputs, states, *weights[:2], upstream)
    check_gradients(call(submission, inputs, states, *weights, upstream), expected, time, batch)


@pytest.mark.task(1)
def test_differences(submission, rng):
    """Finds the slopes of a loss that is a mean over batch and time, as finite differences do."""
    point = dict(zip(("inputs", "kernel", "recurrent_kernel", "bias", "initial"), draw(rng, 3, 4, 2, 3), strict=True))
    targets, states = rng.normal(size=(3, 4, 3)), unroll(**point)
    expected = numeric_gradients(lambda point: np.mean((unroll(**point)[:, 1:] - targets) ** 2), point)
    upstream = 2 * (states[:, 1:] - targets) / targets.size
    weights = [point[name] for name in ("kernel", "recurrent_kernel", "bias")]
    check_gradients(call(submission, point["inputs"], states, *weights, upstream), expected, 4, 3)


@pytest.mark.task(1)
@pytest.mark.parametrize("where", ["first", "last"])
def test_one_state_counts(submission, rng, where):
    """Finds all gradients where the loss looks at the `where` state only."""
    inputs, *weights, initial = draw(rng, 2, 6, 3, 4)
    states, upstream = unroll(inputs, *weights, initial), np.zeros((2, 6, 4))
    upstream[:, 0 if where == "first" else -1] = rng.normal(size=(2, 4))
    expected = expect(inputs, states, *weights[:2], upstream)
    check_gradients(call(submission, inputs, states, *weights, upstream), expected, 6, 2, next_step=ONLY)


def draw_shared(shared, rng):
    """Arrays as they are and as they are passed, by name."""
    inputs, *weights, initial = draw(rng, 2, 4, 2, 3)
    arrays = [inputs, unroll(inputs, *weights, initial), *weights, rng.normal(size=(2, 4, 3)), rng.normal(size=(2, 3))]
    names = ("inputs", "states", "kernel", "recurrent_kernel", "bias", "upstream", "last_gradient")
    return dict(zip(names, arrays, strict=True)), {
        name: shared(array) for name, array in zip(names, arrays, strict=True)
    }


@pytest.mark.task(1)
def test_arguments_stay(submission, shared, rng):
    """Leaves inputs, states, parameters and upstream gradients as they were."""
    before, passed = draw_shared(shared, rng)
    weights = {name: passed[name] for name in ("kernel", "recurrent_kernel", "bias")}
    submission.rnn_gradients(passed["inputs"], passed["states"], weights, passed["upstream"])
    assert_arrays(passed, before, next_step=KEEP)


@pytest.mark.task(2)
def test_last_gradient_stays(submission, shared, rng):
    """Leaves the states, U and the last gradient as they were."""
    before, passed = draw_shared(shared, rng)
    submission.gradient_norms(passed["states"], passed["recurrent_kernel"], passed["last_gradient"])
    assert_arrays(passed, before, next_step=KEEP)


@pytest.mark.task(3)
def test_gradients_stay(submission, shared, rng):
    """Leaves the gradients that it clips as they were."""
    before, passed = draw_shared(shared, rng)
    submission.clip_by_global_norm([passed["kernel"], passed["recurrent_kernel"], passed["bias"]], 0.01)
    assert_arrays(passed, before, next_step=KEEP)


@pytest.mark.task(2)
@pytest.mark.parametrize("scale", [0.5, 1.0, 1.5])
def test_pure_powers(submission, rng, scale):
    """Measures powers of `scale` where all states are 0 and U is `scale` times a rotation."""
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    last = rng.normal(size=(2, 3))
    found = submission.gradient_norms(np.zeros((2, 13, 3)), scale * rotation, last)
    expected = np.sqrt((last**2).sum(axis=1))[:, None] * scale ** np.arange(12.0, -1.0, -1.0)
    assert_close(assert_shape(found, (2, 13), next_step=SHAPE_OF_NORMS), expected, rtol=1e-3, next_step=LAST)


@pytest.mark.task(2)
@pytest.mark.parametrize(("batch", "time", "units"), [(1, 1, 1), (4, 6, 3), (3, 2, 3)])
def test_norms(submission, rng, batch, time, units):
    """Measures the gradient at `time` states and at the first, for a batch of `batch` with `units` units."""
    inputs, *weights, initial = draw(rng, batch, time, 2, units)
    states, last = unroll(inputs, *weights, initial), rng.normal(size=(batch, units))
    direct = np.concatenate([np.zeros((batch, time, units)), last[:, None]], axis=1)
    expected = np.sqrt((solve(states, weights[1], direct) ** 2).sum(axis=2))
    found = assert_shape(submission.gradient_norms(states, weights[1], last), expected.shape, next_step=SHAPE_OF_NORMS)
    assert_close(found[:, -1], expected[:, -1], name="the norms at h_T", next_step=LAST)
    assert_close(found, expected, rtol=1e-3, next_step=NORMS)


@pytest.mark.task(2)
def test_picture(submission, rng, pictures):
    """Measures how the gradient vanishes and explodes over 100 steps."""
    curves, checks, inputs = {}, [], 0.1 * rng.normal(size=(1, 100, 2))
    rotation, _ = np.linalg.qr(rng.normal(size=(4, 4)))
    for scale in (0.8, 1.0, 1.2):
        states = unroll(inputs, 0.1 * rng.normal(size=(2, 4)), scale * rotation, np.zeros(4), np.zeros((1, 4)))
        direct = np.zeros_like(states)
        direct[:, -1] = rng.normal(size=4)
        found = submission.gradient_norms(states, scale * rotation, direct[:, -1])
        found = assert_finite(assert_shape(found, (1, 101), next_step=SHAPE_OF_NORMS))
        curves[f"singular values {scale}"] = np.log10(np.abs(found[0]) + 1e-30)
        checks.append((found, np.sqrt((solve(states, scale * rotation, direct) ** 2).sum(axis=2))))
    pictures.curves("norms_by_step", np.arange(101), curves, xlabel="state", ylabel="log10 of the norm")
    for found, expected in checks:
        assert_close(found, expected, rtol=1e-2, atol=0.0, next_step=NORMS)


def check_clipping(submission, gradients, limit, factor, next_step):
    clipped, norm = unpack(submission.clip_by_global_norm(gradients, limit), "clipped", "norm", next_step=BOTH)
    is_list = isinstance(clipped, tuple | list) and not isinstance(norm, tuple | list)
    check(is_list, "These are not a list of arrays and a number.", returned=[clipped, norm], next_step=BOTH)
    expected = float(np.linalg.norm(np.concatenate([np.ravel(array) for array in gradients])))
    assert_close(assert_finite(norm, (), name="the norm"), expected, rtol=1e-3, name="the norm", next_step=ALL)
    for number, (array, before) in enumerate(
        zip(assert_length(clipped, len(gradients), of="arrays", next_step=LIST), gradients, strict=True)
    ):
        name = f"array {number}"
        assert_shape(array, before.shape, name=name, next_step=LIST)
        assert_finite(array, name=name, next_step=ZERO if expected == 0 else None)
        assert_close(array, factor * before, rtol=1e-3, atol=1e-6 * limit, name=name, next_step=next_step)


def scaled(rng, norm):
    """Arrays of several shapes, with this norm together."""
    arrays = [rng.normal(size=shape) for shape in [(3, 2), (4,), (), (2, 1, 3)]]
    total = np.sqrt(sum((array**2).sum() for array in arrays))
    # A number times an array without axes is a number, and these are arrays.
    return [np.asarray(norm / total * array) for array in arrays]


@pytest.mark.task(3)
def test_clip_by_hand(submission):
    """Clips two arrays in a case that can be computed by hand."""
    gradients = [np.array([6.0, -2.0]), np.array([[3.0], [0.0]])]
    check_clipping(submission, gradients, 3.5, 0.5, FACTOR)


@pytest.mark.task(3)
@pytest.mark.parametrize("norm", [2.01, 20.0, 1e6])
def test_clips_what_is_long(submission, rng, norm):
    """Shortens gradients with a norm of `norm` to 2, all by the same factor."""
    check_clipping(submission, scaled(rng, norm), 2.0, 2.0 / norm, FACTOR)


@pytest.mark.task(3)
@pytest.mark.parametrize("norm", [1e-3, 0.5, 1.99])
def test_keeps_what_is_short(submission, rng, norm):
    """Leaves gradients with a norm of `norm` as they are where 2 is allowed."""
    check_clipping(submission, scaled(rng, norm), 2.0, 1.0, "Only what is longer than the limit is changed.")


@pytest.mark.task(3)
def test_edges_of_clipping(submission):
    """Leaves zeros and a norm that is just the limit as they are, and copes with entries of 1e15 and a limit of 1e-6."""
    check_clipping(submission, [np.zeros((2, 3)), np.zeros(2)], 1.0, 1.0, ZERO)
    check_clipping(submission, [np.array([3.0]), np.array([4.0])], 5.0, 1.0, "The factor is at most 1.")
    check_clipping(submission, [np.array([1e15, -1e15]), np.array([0.0])], 1.0, 0.5**0.5 * 1e-15, FACTOR)
    check_clipping(submission, [np.array([3e-6, 4e-6])], 1e-6, 0.2, FACTOR)
    check_clipping(submission, [np.array(-8.0)], 0.5, 1 / 16, FACTOR)
