"""What `split_heads`, `join_heads`, `attend` and `MultiHeadAttention` must do.

There are two functions, an operation, a layer and its speed: hence more than 200 lines.
"""

import numpy as np
import pytest

from grader.testing import Mismatch
from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_length
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import numeric_gradient

KERNELS = ("query_kernel", "key_kernel", "value_kernel", "output_kernel")
# batch, heads, query time, key time, key_dim, value_dim
SIZES = [(2, 3, 4, 5, 6, 2), (1, 1, 1, 1, 1, 1), (3, 3, 3, 3, 3, 3), (2, 4, 5, 1, 2, 3), (1, 2, 1, 6, 1, 4)]
SPLIT = "Cut the last axis into heads and width by a reshape, and only then let heads and time change places."
JOIN = "Let heads and time change places first, and only then make one axis of heads and width."
FORMULA = "Check each step for one head: the scores, the root, the mask, softmax over the keys, the sum of values."
SHAPE = "There is one row of outputs for each query, with the entries of a value; print the shape after each step."
SCALE = "Divide the scores by the root of the entries of one key, which is the last axis of `keys`."
STABLE = "Let no infinite or undefined number arise: softmax over keys that are all -inf is NaN."
MASK = "True lets the query of this row attend to the key of this column; softmax is taken over such keys alone."
ALL_HEADS = "Give the mask an axis of length 1 for the heads, after that of the batch."
NOTHING = "Where a row of the mask has no True, set the weights or the outputs of that row to 0 at the end."
LOW = "Masked scores have to be below all others, however low these are: take the lowest float32 or -inf, by `where`."
WEIGHTS = (
    "Make the four kernels in `build` with `self.add_weight`, with the shapes of the docstring, and no other weight."
)
START = "Name no initializer and no seed, so that each kernel is drawn at random, independently."
LAYER = "Project query, key and value by their own kernels, split, attend, join, and multiply by the output kernel."
OUTPUT = "There is one output for each element of the query, as deep as the query; print the shape after each step."
COMPILED = "Use operations of Keras or TensorFlow only, and ask for sizes that may be None by `keras.ops.shape`."
THROUGH = "Stay within Keras or TensorFlow from the inputs to the output, use the four weights, and stop no gradient."
BACK = "Choose by `where` before the softmax, so that it never sees a row of -inf: NaN comes back in the gradient."
ONCE = "Use operations that have the heads as an axis, in `attend` and in what it calls, and no loop over them."


def head(queries, keys, values, mask):
    """The outputs of one head in one sequence, query by query, with the weights from differences of scores."""
    outputs = np.zeros((len(queries), values.shape[1]))
    for i, query in enumerate(queries):
        scores = keys[mask[i]] @ query / np.sqrt(len(query))
        with np.errstate(over="ignore"):  # What is infinite leaves a weight of 0.
            weights = 1 / np.exp(scores[None, :] - scores[:, None]).sum(axis=1)
        outputs[i] = weights @ values[mask[i]]
    return outputs


def heads(queries, keys, values, mask=None):
    """Those of all heads in all sequences."""
    mask = np.ones((len(queries), queries.shape[2], keys.shape[2]), bool) if mask is None else mask
    parts = zip(queries, keys, values, mask, strict=True)
    return np.array([[head(*one, m) for one in zip(q, k, v, strict=True)] for q, k, v, m in parts])


def layer_outputs(num_heads, mask, query, key, value, query_kernel, key_kernel, value_kernel, output_kernel):
    """Those of the layer: each head has its columns of the kernels and its rows of the last one, and heads are added."""
    total = 0.0
    for i in range(num_heads):
        width, depth = query_kernel.shape[1] // num_heads, value_kernel.shape[1] // num_heads
        own, own_values = slice(i * width, (i + 1) * width), slice(i * depth, (i + 1) * depth)
        found = [
            head(q @ query_kernel[:, own], k @ key_kernel[:, own], v @ value_kernel[:, own_values], m)
            for q, k, v, m in zip(query, key, value, mask, strict=True)
        ]
        total = total + np.array(found) @ output_kernel[own_values]
    return total


def draw(rng, batch, num_heads, query_time, key_time, key_dim, value_dim):
    """Queries, keys and values."""
    shapes = [(query_time, key_dim), (key_time, key_dim), (key_time, value_dim)]
    return [1.5 * rng.normal(size=(batch, num_heads, *shape)).astype("float32") + 0.25 for shape in shapes]


def draw_mask(rng, batch, query_time, key_time):
    """A mask that leaves each query at least one key."""
    mask = rng.random((batch, query_time, key_time)) < 0.5
    np.put_along_axis(mask, rng.integers(key_time, size=(batch, query_time, 1)), values=True, axis=2)
    return mask


def draw_kernels(rng, depths, num_heads, key_dim, value_dim):
    shapes = [(depths[0], key_dim), (depths[1], key_dim), (depths[2], value_dim)]
    kernels = [rng.normal(size=(rows, num_heads * width)) / rows**0.5 for rows, width in shapes]
    return [*kernels, rng.normal(size=(num_heads * value_dim, depths[0]))]


def make_layer(submission, support, kernels, num_heads):
    """A layer that is built and has these kernels."""
    key_dim, value_dim = kernels[0].shape[1] // num_heads, kernels[2].shape[1] // num_heads
    layer = submission.MultiHeadAttention(num_heads=num_heads, key_dim=key_dim, value_dim=value_dim)
    layer.build(*((None, None, len(kernel)) for kernel in kernels[:3]))
    support.set_weights(layer, *kernels)
    return layer


def check_outputs(outputs, expected, next_step=FORMULA, shape=SHAPE, atol=1e-5):
    outputs = assert_finite(assert_shape(outputs, expected.shape, next_step=shape), next_step=STABLE)
    assert_close(outputs, expected, atol=atol, next_step=next_step)


@pytest.mark.task(1)
@pytest.mark.parametrize(("num_heads", "time", "width"), [(2, 3, 4), (3, 3, 3), (1, 4, 2), (4, 1, 1)])
def test_split(submission, rng, num_heads, time, width):
    """Splits rows into `num_heads` heads of width `width`, for `time` elements."""
    inputs = rng.normal(size=(2, time, num_heads * width)).astype("float32")
    expected = np.stack([inputs[:, :, h * width : (h + 1) * width] for h in range(num_heads)], axis=1)
    check_outputs(submission.split_heads(inputs, num_heads), expected, SPLIT, SPLIT)


@pytest.mark.task(1)
@pytest.mark.parametrize(("num_heads", "time", "width"), [(2, 3, 4), (3, 3, 3), (1, 4, 2), (4, 1, 1)])
def test_join(submission, rng, num_heads, time, width):
    """Joins `num_heads` heads of width `width` into rows, for `time` elements."""
    inputs = rng.normal(size=(2, num_heads, time, width)).astype("float32")
    check_outputs(submission.join_heads(inputs), np.concatenate(list(np.swapaxes(inputs, 0, 1)), axis=-1), JOIN, JOIN)


@pytest.mark.task(2)
def test_by_hand(submission):
    """Attends with two heads in a case that can be computed by hand."""
    # The scores are 0 and log 3 in the first head, and log 3 and 0 in the second.
    queries = np.full((1, 2, 1, 4), np.log(3), "float32")
    keys = np.array([[[[0.0] * 4, [0.5] * 4], [[0.5] * 4, [0.0] * 4]]], "float32")
    outputs = submission.attend(queries, keys, np.array([[[[0.0], [8.0]], [[4.0], [0.0]]]], "float32"))
    check_outputs(outputs, np.array([[[[6.0]], [[3.0]]]]))


@pytest.mark.task(2)
@pytest.mark.parametrize("size", SIZES)
def test_all_keys(submission, rng, size):
    """Attends to all keys where batch, heads, queries, keys, key_dim and value_dim are `size`."""
    parts = draw(rng, *size)
    check_outputs(submission.attend(*parts), heads(*parts))


@pytest.mark.task(2)
@pytest.mark.parametrize("key_dim", [2, 9, 100])
def test_scale(submission, rng, key_dim):
    """Divides the scores of three heads by the root of the key dimension, here `key_dim`."""
    # Two keys, whose scores are x and -x times key_dim before they are scaled.
    size = rng.uniform(0.5, 1.5) / key_dim**0.5
    queries, keys = np.full((1, 3, 1, key_dim), size, "float32"), np.full((1, 3, 2, key_dim), 1.0, "float32")
    keys[:, :, 1] = -1.0
    outputs = submission.attend(queries, keys, np.tile(np.array([[1.0], [-1.0]], "float32"), (1, 3, 1, 1)))
    check_outputs(outputs, np.full((1, 3, 1, 1), np.tanh(size * key_dim**0.5)), SCALE)


@pytest.mark.task(2)
def test_one_key_allowed(submission, rng):
    """Gives a query the value of the only key that it may attend to."""
    queries, keys, values = draw(rng, 1, 1, 3, 4, 2, 2)
    allowed = rng.permutation(4)[:3]
    outputs = submission.attend(queries, keys, values, np.eye(4, dtype=bool)[allowed][None])
    check_outputs(outputs, values[:, :, allowed], MASK)


@pytest.mark.task(2)
@pytest.mark.parametrize("size", SIZES)
def test_mask(submission, rng, size):
    """Attends under a mask where batch, heads, queries, keys, key_dim and value_dim are `size`."""
    parts, mask = draw(rng, *size), draw_mask(rng, size[0], size[2], size[3])
    outputs, step = submission.attend(*parts, mask), MASK
    if size[0] == size[1] > 1:
        turned = [np.swapaxes(part, 0, 1) for part in parts]  # Each head has the mask of another sequence.
        wrong = np.swapaxes(heads(*turned, mask), 0, 1)
        step = ALL_HEADS if np.shape(outputs) == wrong.shape and np.allclose(outputs, wrong, atol=1e-4) else MASK
    check_outputs(outputs, heads(*parts, mask), step)


@pytest.mark.task(2)
def test_mask_that_allows_all(submission, rng):
    """Attends under a mask of True as without a mask."""
    parts = draw(rng, 2, 3, 4, 5, 6, 2)
    check_outputs(submission.attend(*parts, np.ones((2, 4, 5), bool)), heads(*parts), MASK)


@pytest.mark.task(2)
def test_nothing_to_attend_to(submission, rng):
    """Gives zeros to queries that may attend to no key, and does not disturb the others."""
    parts, mask = draw(rng, 3, 2, 4, 5, 2, 3), draw_mask(rng, 3, 4, 5)
    mask[0, 1], mask[2] = False, False
    outputs = assert_finite(assert_shape(submission.attend(*parts, mask), (3, 2, 4, 3)), next_step=STABLE)
    assert_close(outputs, heads(*parts, mask), next_step=NOTHING)


@pytest.mark.task(2)
@pytest.mark.parametrize("sign", [-1, 1])
def test_large_scores(submission, rng, sign):
    """Attends where allowed scores are near `sign` times 1,000,000, and masked ones at the other end."""
    # All numbers are multiples of a power of 2, so that float32 has the scores exactly.
    queries, keys = np.zeros((1, 2, 3, 4), "float32"), np.zeros((1, 2, 6, 4), "float32")
    queries[..., 0], queries[..., 1], mask = 1000.0, 2.0, rng.permutation(6) < 3
    keys[..., 0] = np.where(mask, sign * 2000.0, sign * -2000.0)
    keys[..., 1] = rng.integers(-4, 5, size=(1, 2, 6)) / 4
    parts, mask = (queries, keys, draw(rng, 1, 2, 3, 6, 4, 2)[2]), np.tile(mask, (1, 3, 1))
    check_outputs(submission.attend(*parts, mask), heads(*parts, mask), LOW)


@pytest.mark.task(3)
@pytest.mark.parametrize("value_dim", [3, None])
def test_has_four_kernels(submission, value_dim):
    """Has four trainable kernels and no other weight, for a value_dim of `value_dim`."""
    layer = submission.MultiHeadAttention(2, 4, value_dim)
    layer.build((None, None, 5), (None, None, 7), (None, None, 6))
    values = 2 * (value_dim or 4)
    for name, shape in zip(KERNELS, [(5, 8), (7, 8), (6, values), (values, 5)], strict=True):
        assert_shape(getattr(layer, name), shape, name=name, next_step=WEIGHTS)
    assert_length(layer.trainable_weights, 4, of="trainable weights", next_step=WEIGHTS)
    assert_length(layer.non_trainable_weights, 0, of="other weights", next_step=WEIGHTS)


@pytest.mark.task(3)
def test_kernels_start_at_random(submission):
    """Draws each kernel at random, independently."""
    layers = [submission.MultiHeadAttention(num_heads=2, key_dim=3) for _ in range(2)]
    for layer in layers:
        layer.build((None, None, 6), (None, None, 6), (None, None, 6))
    kernels = [assert_finite(getattr(layer, name), (6, 6), name=name) for layer in layers for name in KERNELS]
    for i, kernel in enumerate(kernels):
        check(len(np.unique(kernel)) > 18, "Entries of a kernel are equal from the start.", next_step=START)
        same = any(np.allclose(kernel, other) for other in kernels[:i])
        check(not same, "Two kernels are equal from the start.", next_step=START)


@pytest.mark.task(3)
@pytest.mark.parametrize("size", [SIZES[0], SIZES[2]])
def test_layer(submission, support, rng, size):
    """Attends as a layer, with and without a mask, where batch, heads, queries, keys, key_dim and value_dim are `size`."""
    batch, num_heads, query_time, key_time, key_dim, value_dim = size
    depths = [3, 3, 3] if batch == num_heads else [5, 3, 4]
    kernels = draw_kernels(rng, depths, num_heads, key_dim, value_dim)
    layer = make_layer(submission, support, kernels, num_heads)
    times = (query_time, key_time, key_time)
    inputs = [rng.normal(size=(batch, time, depth)) for time, depth in zip(times, depths, strict=True)]
    mask = draw_mask(rng, batch, query_time, key_time)
    expected = layer_outputs(num_heads, np.ones_like(mask), *inputs, *kernels)
    check_outputs(layer(*inputs), expected, LAYER, OUTPUT, atol=1e-4)
    expected = layer_outputs(num_heads, mask, *inputs, *kernels)
    check_outputs(layer(*inputs, attention_mask=mask), expected, LAYER, OUTPUT, atol=1e-4)


@pytest.mark.task(3)
def test_unknown_sizes(submission, support, rng):
    """Can be put into a model in which batch and times are not known yet."""
    layer = make_layer(submission, support, draw_kernels(rng, [3, 4, 5], 2, 3, 2), 2)
    returned = support.output_shape(layer, [3, 4, 5])
    problem = f"It cannot be compiled for inputs whose batch and times are None. {returned}"
    check(not isinstance(returned, str), problem, next_step=COMPILED)
    check(returned == [None, None, 3], f"There the shape of the output is {returned}.", next_step=OUTPUT)


@pytest.mark.task(3)
def test_gradient(submission, support, rng):
    """Passes the gradient back to the three inputs and the four kernels, though one query may attend to nothing."""
    kernels, times, depths = draw_kernels(rng, [3, 2, 2], 2, 2, 1), (3, 3, 3), (3, 2, 2)
    inputs = [rng.normal(size=(1, time, depth)) for time, depth in zip(times, depths, strict=True)]
    mask, upstream = draw_mask(rng, 1, 3, 3), rng.normal(size=(1, 3, 3))
    mask[0, 2] = False
    returned = support.gradients(make_layer(submission, support, kernels, 2), *inputs, mask, upstream)
    point = [*inputs, *kernels]
    for i, (source, gradient) in enumerate(zip(("query", "key", "value", *KERNELS), returned, strict=True)):
        check(gradient is not None, f"No gradient flows back to {source}.", next_step=THROUGH)

        def total(x, i=i):
            return np.vdot(upstream, layer_outputs(2, mask, *point[:i], x, *point[i + 1 :]))

        name, wanted = f"the gradient of {source}", numeric_gradient(total, point[i])
        found = assert_finite(assert_shape(gradient, wanted.shape, name=name), name=name, next_step=BACK)
        assert_close(found, wanted, atol=1e-4, name=name, next_step=THROUGH)


@pytest.mark.task(3)
def test_fit(submission, support, rng):
    """Works compiled in `fit`, and moves all four kernels as far as the gradient says; then predicts for other lengths."""
    kernels = draw_kernels(rng, [2, 3, 3], 2, 2, 2)
    inputs = [rng.normal(size=(3, time, depth)) for time, depth in [(3, 2), (4, 3), (4, 3)]]
    mask, targets = draw_mask(rng, 3, 3, 4), rng.normal(size=(3, 3, 2))
    more = [
        [rng.normal(size=(batch, time, depth)) for time, depth in [(first, 2), (second, 3), (second, 3)]]
        + [draw_mask(rng, batch, first, second)]
        for batch, first, second in [(1, 6, 1), (4, 1, 2)]
    ]
    layer = make_layer(submission, support, kernels, 2)
    returned = support.fit(layer, inputs, mask, targets, 2, 0.2, more)
    for batch in (slice(2), slice(2, 3)):
        kernels = descend(kernels, [x[batch] for x in inputs], mask[batch], targets[batch], 0.2)
    for name, after, wanted in zip(KERNELS, returned[0], kernels, strict=True):
        assert_close(after, wanted, atol=1e-4, name=f"{name} after two steps", next_step=THROUGH)
    for arguments, outputs in zip(more, returned[1], strict=True):
        expected = layer_outputs(2, arguments[3], *arguments[:3], *kernels)
        check_outputs(outputs, expected, COMPILED, OUTPUT, atol=1e-3)


def descend(kernels, inputs, mask, targets, learning_rate):
    """The kernels after one step against the gradient of the mean squared error."""
    moved = []
    for i, kernel in enumerate(kernels):
        slope = numeric_gradient(
            lambda x, i=i: np.mean(
                (layer_outputs(2, mask, *inputs, *kernels[:i], x, *kernels[i + 1 :]) - targets) ** 2
            ),
            kernel,
        )
        moved.append(kernel - learning_rate * slope)
    return moved


@pytest.mark.task(4)
def test_is_fast(submission, speed, rng):
    """Takes at most 5 times as long as the reference, with 128 heads."""

    def make_inputs():
        return (*draw(rng, 1, 128, 6, 6, 4, 4), draw_mask(rng, 1, 6, 6))

    def check_same(returned, expected):
        check_outputs(returned, np.array(expected), FORMULA)

    try:
        speed("attend", make_inputs, check_same)
    except Mismatch as mismatch:
        if mismatch.problem.startswith("The speed"):
            mismatch.next_step = ONCE
        raise
