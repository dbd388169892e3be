"""What `SelfAttention` must do."""

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_length
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import numeric_gradients

KERNELS = ("query_kernel", "key_kernel", "value_kernel")
SIZES = [((2, 3, 4), 5, 6), ((1, 5, 3), 2, 1), ((3, 3, 3), 3, 3), ((2, 1, 4), 3, 2), ((2, 7, 6), 64, 3)]
WEIGHTS = (
    "Make the three kernels in `build` with `self.add_weight`, one row for each entry of an element, and no other."
)
START = "Name no initializer and no seed, so that each kernel is drawn at random, independently."
SHAPE = "There is one output for each element, with the entries of a value; print the shape after each step."
FORMULA = (
    "Check each step: three products with the kernels, the scores, the root, softmax over the keys, the sum of values."
)
SCALE = "Divide the scores by the root of key_dim, and do so before the softmax."
STABLE = "Subtract the largest score of each row before you take exp, as the library's softmax does."
ALONE = "Sequences do not see each other: exchange the last two axes of the keys only, and keep the batch as it is."
NO_ORDER = "The sums run over all elements of the sequence, whatever their places: no mask, no positions."
COMPILED = (
    "Use operations of Keras or TensorFlow only, and ask for sizes by `keras.ops.shape(inputs)`, if you need any."
)
THROUGH = "Stay within Keras or TensorFlow from the inputs to the output, use the three weights, and stop no gradient."


def make_layer(submission, support, kernels):
    """A layer that is built and has these kernels."""
    depth, key_dim = kernels[0].shape
    layer = submission.SelfAttention(key_dim=key_dim, value_dim=kernels[2].shape[1])
    layer.build((None, None, depth))
    support.set_weights(layer, *kernels)
    return layer


def random_kernels(rng, depth, key_dim, value_dim):
    """Kernels with which the scores are neither all alike nor all far apart."""
    return [rng.normal(size=(depth, width)) / depth**0.5 for width in (key_dim, key_dim, value_dim)]


def attention(inputs, query_kernel, key_kernel, value_kernel):
    """Each output, query by query: how much two elements suit each other is a form of both, and values are made last."""
    similarity = query_kernel @ key_kernel.T / np.sqrt(query_kernel.shape[1])
    outputs = []
    for sequence in inputs:
        rows = [[query @ similarity @ key for key in sequence] for query in sequence]
        with np.errstate(over="ignore"):  # What is infinite leaves a weight of 0.
            weights = [[1 / np.sum(np.exp(np.array(row) - score)) for score in row] for row in rows]
        outputs.append(np.array(weights) @ sequence @ value_kernel)
    return np.array(outputs)


def descend(kernels, inputs, targets, learning_rate):
    """The kernels after one step against the gradient of the mean squared error."""
    slopes = numeric_gradients(
        lambda point: np.mean((attention(inputs, **point) - targets) ** 2), dict(zip(KERNELS, kernels, strict=True))
    )
    return [kernel - learning_rate * slopes[name] for name, kernel in zip(KERNELS, kernels, strict=True)]


def check_outputs(outputs, expected, next_step=FORMULA):
    outputs = assert_finite(assert_shape(outputs, expected.shape, next_step=SHAPE), next_step=STABLE)
    assert_close(outputs, expected, next_step=next_step)


@pytest.mark.task(1)
@pytest.mark.parametrize(("depth", "key_dim", "value_dim"), [(5, 3, 2), (2, 6, 4), (1, 1, 1)])
def test_has_three_kernels(submission, depth, key_dim, value_dim):
    """Has three trainable kernels and no other weight, for a depth of `depth`, keys of `key_dim`, values of `value_dim`."""
    layer = submission.SelfAttention(key_dim, value_dim)
    layer.build((None, None, depth))
    for name, width in zip(KERNELS, (key_dim, key_dim, value_dim), strict=True):
        assert_shape(getattr(layer, name), (depth, width), name=name, next_step=WEIGHTS)
    assert_length(layer.trainable_weights, 3, of="trainable weights", next_step=WEIGHTS)
    assert_length(layer.non_trainable_weights, 0, of="other weights", next_step=WEIGHTS)


@pytest.mark.task(1)
def test_kernels_start_at_random(submission):
    """Draws each kernel at random, independently."""
    layers = [submission.SelfAttention(key_dim=4, value_dim=4) for _ in range(2)]
    for layer in layers:
        layer.build((None, None, 6))
    kernels = [assert_finite(getattr(layer, name), (6, 4), name=name) for layer in layers for name in KERNELS]
    for i, kernel in enumerate(kernels):
        check(len(np.unique(kernel)) > 12, "Entries of a kernel are equal from the start.", next_step=START)
        same = any(np.allclose(kernel, other) for other in kernels[:i])
        check(not same, "Two kernels are equal from the start.", next_step=START)


@pytest.mark.task(2)
def test_by_hand(submission, support):
    """Weighs two elements in a case that can be computed by hand."""
    # The scores of the first element are 0 and 0, those of the second 0 and log 3.
    root = np.log(3) ** 0.5
    kernels = [
        np.array([[0.0] * 4, [1.0, 0.0, 1.0, 0.0]]),
        np.array([[0.0] * 4, [1.0, 1.0, 1.0, 0.0]]),
        np.array([[8.0], [0.0]]),
    ]
    outputs = make_layer(submission, support, kernels)(np.array([[[1.0, 0.0], [2.0, root]]]))
    check_outputs(outputs, np.array([[[12.0], [14.0]]]))


@pytest.mark.task(2)
@pytest.mark.parametrize(("shape", "key_dim", "value_dim"), SIZES)
def test_each_element_attends_to_all(submission, support, rng, shape, key_dim, value_dim):
    """Attends in inputs of shape `shape`, with a key_dim of `key_dim` and a value_dim of `value_dim`."""
    kernels, inputs = random_kernels(rng, shape[-1], key_dim, value_dim), 1.5 * rng.normal(size=shape) + 0.5
    check_outputs(make_layer(submission, support, kernels)(inputs), attention(inputs, *kernels))


@pytest.mark.task(2)
@pytest.mark.parametrize("key_dim", [2, 9, 100])
def test_scale(submission, support, rng, key_dim):
    """Divides the scores by the root of the key dimension, here `key_dim`."""
    # Two elements, whose scores are x and -x times key_dim before they are scaled.
    size = rng.uniform(0.5, 1.5) / key_dim**0.25
    kernels = [np.full((1, key_dim), size), np.full((1, key_dim), size), np.ones((1, 1))]
    x = size**2 * key_dim**0.5
    outputs = make_layer(submission, support, kernels)(np.array([[[1.0], [-1.0]]]))
    check_outputs(outputs, np.array([[[np.tanh(x)], [-np.tanh(x)]]]), next_step=SCALE)


@pytest.mark.task(2)
def test_elements_change_places(submission, support, rng):
    """Gives each element the same output when the elements of a sequence change places."""
    kernels, inputs = random_kernels(rng, 3, 4, 3), 2 * rng.normal(size=(2, 6, 3))
    layer, order = make_layer(submission, support, kernels), np.roll(rng.permutation(6), 1)
    before, after = (assert_shape(layer(x), (2, 6, 3), next_step=SHAPE) for x in (inputs, inputs[:, order]))
    assert_close(after, before[:, order], next_step=NO_ORDER)


@pytest.mark.task(2)
def test_sequences_are_independent(submission, support, rng):
    """Gives a sequence the same output whatever else is in the batch."""
    kernels, inputs = random_kernels(rng, 3, 4, 2), 2 * rng.normal(size=(4, 4, 3))
    layer = make_layer(submission, support, kernels)
    together = assert_shape(layer(inputs), (4, 4, 2), next_step=SHAPE)
    for i in range(4):
        assert_close(layer(inputs[i : i + 1]), together[i : i + 1], name=f"sequence {i} alone", next_step=ALONE)


@pytest.mark.task(2)
@pytest.mark.parametrize("sign", [-1, 1])
def test_large_scores(submission, support, rng, sign):
    """Attends where all scores are near `sign` times 1,000,000."""
    inputs = (1000 - rng.permuted(np.tile(np.arange(4), (3, 1)), axis=1)).astype(float)[:, :, None]
    kernels = [np.array([[float(sign)]]), np.array([[1.0]]), np.array([[1.0]])]
    check_outputs(make_layer(submission, support, kernels)(inputs), attention(inputs, *kernels))


@pytest.mark.task(3)
def test_compiled(submission, support, rng):
    """Compiles for any batch and any time, and then computes as before."""
    kernels = random_kernels(rng, 4, 3, 2)
    compiled = support.compile_layer(make_layer(submission, support, kernels), 4)
    problem = f"It cannot be compiled for inputs of shape (None, None, 4). {compiled}"
    check(callable(compiled), problem, next_step=COMPILED)
    for batch, time in [(2, 3), (1, 6), (5, 1)]:
        inputs = rng.normal(size=(batch, time, 4))
        check_outputs(compiled(inputs), attention(inputs, *kernels), next_step=COMPILED)


@pytest.mark.task(3)
def test_gradient(submission, support, rng):
    """Passes the gradient back to the inputs and to all three kernels."""
    kernels, inputs, upstream = random_kernels(rng, 3, 2, 4), rng.normal(size=(2, 3, 3)), rng.normal(size=(2, 3, 4))
    returned = support.gradients(make_layer(submission, support, kernels), inputs, upstream)
    point = dict(zip(("inputs", *KERNELS), (inputs, *kernels), strict=True))
    expected = numeric_gradients(lambda point: np.vdot(upstream, attention(**point)), point)
    for (name, wanted), gradient in zip(expected.items(), returned, strict=True):
        check(gradient is not None, f"No gradient flows back to {name}.", next_step=THROUGH)
        assert_close(gradient, wanted, atol=1e-4, name=f"the gradient of {name}", next_step=THROUGH)


@pytest.mark.task(3)
def test_fit(submission, support, rng):
    """Moves all three kernels in `fit` as far as the gradient says, in two batches of which the last is smaller."""
    kernels, inputs, targets = random_kernels(rng, 3, 2, 2), rng.normal(size=(3, 4, 3)), rng.normal(size=(3, 4, 2))
    fitted = support.fit(make_layer(submission, support, kernels), inputs, targets, batch_size=2, learning_rate=0.5)
    expected = descend(descend(kernels, inputs[:2], targets[:2], 0.5), inputs[2:], targets[2:], 0.5)
    for name, after, wanted in zip(KERNELS, fitted, expected, strict=True):
        assert_close(after, wanted, atol=1e-4, name=f"{name} after two steps", next_step=THROUGH)
