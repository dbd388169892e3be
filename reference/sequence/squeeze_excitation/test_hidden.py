"""What `SqueezeExcitation` must do."""

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_length
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import numeric_gradients

KERNELS = ("reduce_kernel", "expand_kernel")
SIZES = [((2, 3, 5, 6), 2), ((4, 4, 4, 4), 2), ((3, 1, 3, 20), 16), ((1, 6, 1, 3), 1), ((2, 1, 1, 5), 8)]
WEIGHTS = (
    "Make both kernels in `build` with `self.add_weight`: channels times hidden, hidden times channels, and no other."
)
START = "Name no initializer and no seed, so that each kernel is drawn at random, independently."
SHAPE = "The output has the shape of the inputs; print the shape after each step."
PIXELS = "A gate belongs to one channel of one image, and multiplies all pixels of it alike."
FORMULA = "Check each step: the mean over all pixels, W_1, ReLU, W_2, the sigmoid, the product with the inputs."
RELU = "ReLU comes between the two kernels: a hidden unit with a negative sum is 0."
SIGMOID = "Each gate is the sigmoid of one number, whatever the other gates are: no softmax, no other bounds."
MEAN = "Squeeze by the mean over all pixels: not the sum, which grows with the image, and not the largest."
STABLE = "Take the library's sigmoid, which copes with any number: exp of a large one is infinite."
ALONE = "Images do not see each other: the mean goes over height and width, and not over the batch."
COMPILED = "Use operations of Keras or TensorFlow only, and let them find the sizes: `inputs.shape` does not know them."
THROUGH = "Stay within Keras or TensorFlow from the inputs to the output, use both weights, and stop no gradient."


def make_layer(submission, support, kernels, reduction=None):
    """A layer that is built and has these kernels."""
    channels, hidden = kernels[0].shape
    layer = submission.SqueezeExcitation(reduction=reduction or channels // hidden)
    layer.build((None, None, None, channels))
    support.set_weights(layer, *kernels)
    return layer


def random_kernels(rng, channels, hidden):
    """Kernels whose gates are neither all one half nor all at an end."""
    sizes = ((channels, hidden), (hidden, channels))
    return [rng.normal(size=size) * 2 / size[0] ** 0.5 for size in sizes]


def weigh(inputs, reduce_kernel, expand_kernel):
    """Each image by itself; the logistic function by tanh."""
    outputs = []
    for image in inputs:
        means = image.reshape(-1, image.shape[-1]).sum(axis=0) / image[..., 0].size
        hidden = np.clip(reduce_kernel.T @ means, 0, None)
        outputs.append(image * (1 + np.tanh(hidden @ expand_kernel / 2)) / 2)
    return np.array(outputs)


def descend(kernels, inputs, targets, learning_rate):
    """The kernels after one step against the gradient of the mean squared error."""
    slopes = numeric_gradients(
        lambda point: np.mean((weigh(inputs, **point) - targets) ** 2), dict(zip(KERNELS, kernels, strict=True))
    )
    return [kernel - learning_rate * slopes[name] for name, kernel in zip(KERNELS, kernels, strict=True)]


def check_outputs(outputs, inputs, expected, next_step=FORMULA):
    outputs = assert_finite(assert_shape(outputs, inputs.shape, next_step=SHAPE), next_step=STABLE)
    gates = (outputs / np.where(inputs, inputs, np.nan)).reshape(len(inputs), -1, inputs.shape[-1])
    varies = np.nanmax(gates, axis=1) - np.nanmin(gates, axis=1)
    assert_close(outputs, expected, next_step=PIXELS if varies.max() > 1e-3 else next_step)


@pytest.mark.task(1)
@pytest.mark.parametrize(
    ("channels", "reduction", "hidden"), [(64, 16, 4), (12, 4, 3), (7, 2, 3), (20, 16, 1), (3, 4, 1), (5, 1, 5)]
)
def test_has_two_kernels(submission, channels, reduction, hidden):
    """Has two trainable kernels and no other weight: channels: `channels`, reduction: `reduction`, hidden units: `hidden`."""
    settings = {} if reduction == 16 else {"reduction": reduction}  # 16 is what holds if nothing is said.
    layer = submission.SqueezeExcitation(**settings)
    layer.build((None, None, None, channels))
    for name, shape in zip(KERNELS, ((channels, hidden), (hidden, channels)), strict=True):
        assert_shape(getattr(layer, name), shape, name=name, next_step=WEIGHTS)
    assert_length(layer.trainable_weights, 2, of="trainable weights", next_step=WEIGHTS)
    assert_length(layer.non_trainable_weights, 0, of="other weights", next_step=WEIGHTS)


@pytest.mark.task(1)
def test_kernels_start_at_random(submission):
    """Draws each kernel at random, independently."""
    layers = [submission.SqueezeExcitation(reduction=2) for _ in range(2)]
    for layer in layers:
        layer.build((None, None, None, 6))
    kernels = [np.ravel(assert_finite(getattr(layer, name), name=name)) for layer in layers for name in KERNELS]
    for i, kernel in enumerate(kernels):
        check(len(np.unique(kernel)) > 12, "Entries of a kernel are equal from the start.", next_step=START)
        same = any(np.allclose(kernel, other) for other in kernels[:i])
        check(not same, "Two kernels are equal from the start.", next_step=START)


@pytest.mark.task(2)
def test_by_hand(submission, support):
    """Weighs two channels whose gates are one half and three quarters."""
    kernels, image = [np.array([[1.0], [-0.5]]), np.array([[0.0, np.log(3)]])], [[[1.0, 4.0], [3.0, 0.0]]]
    outputs = make_layer(submission, support, kernels)(np.array([image]))
    check_outputs(outputs, np.array([image]), np.array([[[[0.5, 3.0], [1.5, 0.0]]]]))


@pytest.mark.task(2)
@pytest.mark.parametrize(("shape", "reduction"), SIZES)
def test_weighs_the_channels(submission, support, rng, shape, reduction):
    """Weighs inputs of shape `shape`, with a reduction of `reduction`."""
    kernels = random_kernels(rng, shape[-1], max(1, shape[-1] // reduction))
    inputs = rng.normal(size=shape) + 2 * rng.normal(size=(shape[0], 1, 1, shape[-1]))
    check_outputs(make_layer(submission, support, kernels, reduction)(inputs), inputs, weigh(inputs, *kernels))


@pytest.mark.task(2)
def test_negative_hidden_unit(submission, support, rng):
    """Lets a hidden unit with a negative sum be 0, so that the gates are one half."""
    kernels, inputs = [np.full((4, 2), -1.0), rng.normal(size=(2, 4))], rng.uniform(0.5, 2.0, size=(2, 3, 2, 4))
    check_outputs(make_layer(submission, support, kernels)(inputs), inputs, inputs / 2, next_step=RELU)


@pytest.mark.task(2)
@pytest.mark.parametrize("size", [-1.5, 3.0, 8.0])
def test_gates_do_not_compete(submission, support, size):
    """Gives three equal channels the gate σ(`size`) each."""
    kernels, inputs = [np.ones((3, 1)), np.full((1, 3), size / 3)], np.ones((1, 2, 2, 3))
    gate = np.exp(size) / (1 + np.exp(size))
    check_outputs(make_layer(submission, support, kernels)(inputs), inputs, gate * inputs, next_step=SIGMOID)


@pytest.mark.task(2)
def test_large_image(submission, support, rng):
    """Takes the mean of an image of 30 x 40 pixels, one of which is much brighter."""
    kernels, inputs = [np.ones((2, 1)), np.array([[1.0, -1.0]])], rng.uniform(0.5, 1.5, size=(1, 30, 40, 2))
    inputs[0, 7, 9] = 50.0
    check_outputs(make_layer(submission, support, kernels)(inputs), inputs, weigh(inputs, *kernels), next_step=MEAN)


@pytest.mark.task(2)
def test_images_are_independent(submission, support, rng):
    """Gives an image the same output whatever else is in the batch."""
    kernels, inputs = random_kernels(rng, 3, 3), rng.normal(size=(3, 3, 3, 3)) + 3 * rng.normal(size=(3, 1, 1, 3))
    layer = make_layer(submission, support, kernels)
    together = assert_shape(layer(inputs), inputs.shape, next_step=SHAPE)
    for i in range(3):
        assert_close(layer(inputs[i : i + 1]), together[i : i + 1], name=f"image {i} alone", next_step=ALONE)


@pytest.mark.task(2)
@pytest.mark.parametrize("size", [1.0, 1000.0])
def test_large_sums(submission, support, size):
    """Stays finite where gates are the sigmoid of -1000 and of 1000 times `size`."""
    kernels, inputs = [np.ones((2, 1)), np.array([[-500.0, 500.0]])], np.full((2, 1, 3, 2), size)
    check_outputs(make_layer(submission, support, kernels)(inputs), inputs, inputs * [0.0, 1.0])


@pytest.mark.task(3)
def test_compiled(submission, support, rng):
    """Compiles for any number and any size of images, and then computes as before."""
    kernels = random_kernels(rng, 4, 2)
    compiled = support.compile_layer(make_layer(submission, support, kernels), 4)
    problem = f"It cannot be compiled for inputs of shape (None, None, None, 4). {compiled}"
    check(callable(compiled), problem, next_step=COMPILED)
    for shape in [(2, 3, 5), (1, 4, 1), (5, 1, 2)]:
        inputs = rng.normal(size=(*shape, 4)) + 1
        check_outputs(compiled(inputs), inputs, weigh(inputs, *kernels), next_step=COMPILED)


@pytest.mark.task(3)
def test_gradient(submission, support, rng):
    """Passes the gradient back to the inputs and to both kernels, and stays finite where a gate is 0 or 1."""
    kernels, inputs, upstream = (
        random_kernels(rng, 4, 4),
        rng.normal(size=(2, 3, 2, 4)) + 1,
        rng.normal(size=(2, 3, 2, 4)),
    )
    returned = support.gradients(make_layer(submission, support, kernels), inputs, upstream)
    point = dict(zip(("inputs", *KERNELS), (inputs, *kernels), strict=True))
    expected = numeric_gradients(lambda point: np.vdot(upstream, weigh(**point)), point)
    for (name, wanted), gradient in zip(expected.items(), returned, strict=True):
        check(gradient is not None, f"No gradient flows back to {name}.", next_step=THROUGH)
        assert_close(gradient, wanted, atol=1e-4, name=f"the gradient of {name}", next_step=THROUGH)
    layer, ones = make_layer(submission, support, [np.ones((2, 1)), np.array([[-500.0, 500.0]])]), np.ones((1, 1, 3, 2))
    for gradient in support.gradients(layer, ones, ones):
        assert_finite(gradient, name="a gradient for large sums", next_step=STABLE)


@pytest.mark.task(3)
def test_fit(submission, support, rng):
    """Moves both kernels in `fit` as far as the gradient says, in two batches of which the last is smaller."""
    kernels, shape = random_kernels(rng, 4, 4), (3, 2, 3, 4)
    inputs, targets = rng.normal(size=shape) + 1, rng.normal(size=shape)
    fitted = support.fit(make_layer(submission, support, kernels), inputs, targets, batch_size=2, learning_rate=0.5)
    expected = descend(descend(kernels, inputs[:2], targets[:2], 0.5), inputs[2:], targets[2:], 0.5)
    for name, after, wanted in zip(KERNELS, fitted, expected, strict=True):
        assert_close(after, wanted, atol=1e-4, name=f"{name} after two steps", next_step=THROUGH)
