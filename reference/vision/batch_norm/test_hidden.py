"""What `BatchNorm` must do."""

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_length
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import numeric_gradient

TRAINED, AVERAGES = ("gamma", "beta"), ("moving_mean", "moving_variance")
SHAPES = [(6, 3), (2, 3), (1, 7, 2), (4, 5, 3), (3, 4, 6, 2), (2, 3, 2, 4, 3)]
CHANNELS = "Take the mean and the variance over all axes but the last, so that each channel has one of each."
BIASED = "Divide the sum of squares by n, not by n - 1, for the output and for the moving average."
INSIDE = "Add epsilon to the variance, and take the root of the sum."
SCALE = "Normalise by this batch, whatever the averages are; then times gamma, plus beta."
INFERENCE = "In inference normalise by moving_mean and moving_variance, whatever is in the batch."
MEAN = "The moving mean begins with 0; each batch leaves the share `momentum` of it, and brings the rest."
VARIANCE = (
    "It begins with 1, and moves like the moving mean, towards the same biased variance that normalises the batch."
)
THROUGH = "Differentiate through the mean and the variance too: use TensorFlow or Keras, and stop no gradient."
TRAIN = "Make all four weights with `self.add_weight`, the averages with `trainable=False`, and use them as tensors."


def make_layer(submission, support, shape, weights=None, **settings):
    """A layer that is built for inputs of this shape."""
    layer = submission.BatchNorm(**settings)
    layer.build((None, *shape[1:]))
    support.set_weights(layer, **weights or {})
    return layer


def random_weights(rng, channels):
    gamma = rng.uniform(0.5, 2.0, size=channels) * rng.choice([-1.0, 1.0], size=channels)
    beta, mean = rng.normal(size=(2, channels))
    return {"gamma": gamma, "beta": beta, "moving_mean": mean, "moving_variance": rng.uniform(0.5, 3.0, size=channels)}


def random_inputs(rng, shape):
    """Inputs whose channels and whose samples differ in place and in scale."""
    channels, samples = shape[-1], (shape[0],) + (1,) * (len(shape) - 1)
    place = 2 * rng.normal(size=channels) + rng.normal(size=samples)
    return place + rng.uniform(0.5, 2.0, size=channels) * rng.uniform(0.7, 1.5, size=samples) * rng.normal(size=shape)


def statistics(inputs):
    """Mean and biased variance, channel by channel."""
    rows = np.reshape(inputs, (-1, inputs.shape[-1]))
    mean = sum(rows) / len(rows)
    return mean, sum((rows - mean) ** 2) / len(rows)


def normalised(inputs, moving_mean, moving_variance, gamma=1.0, beta=0.0, epsilon=1e-3):
    scale = gamma * (moving_variance + epsilon) ** -0.5
    return inputs * scale + (beta - moving_mean * scale)


def in_training(inputs, gamma=1.0, beta=0.0, epsilon=1e-3):
    return normalised(inputs, *statistics(inputs), gamma, beta, epsilon)


def assert_averages(layer, mean, variance):
    assert_close(layer.moving_mean, mean, name="moving_mean", next_step=MEAN)
    assert_close(layer.moving_variance, variance, name="moving_variance", next_step=VARIANCE)


@pytest.mark.task(1)
def test_normalises_by_hand(submission):
    """Normalises a batch that can be computed by hand."""
    outputs = submission.BatchNorm(epsilon=9.0)(np.array([[1.0, 5.0], [9.0, 5.0]]), training=True)
    assert_close(outputs, [[-0.8, 0.0], [0.8, 0.0]], next_step="Here the means are 5 and 5, the variances 16 and 0.")


@pytest.mark.task(1)
@pytest.mark.parametrize("shape", SHAPES)
def test_normalises_each_channel(submission, rng, shape):
    """Normalises each channel over all other axes, for inputs of shape `shape`."""
    inputs = random_inputs(rng, shape)
    outputs = assert_finite(submission.BatchNorm()(inputs, training=True), shape)
    (mean, variance), n = statistics(inputs), inputs.size / shape[-1]
    is_unbiased = np.allclose(outputs, normalised(inputs, mean, variance * n / (n - 1)), atol=1e-4)
    assert_close(outputs, in_training(inputs), next_step=BIASED if is_unbiased else CHANNELS)


@pytest.mark.task(1)
@pytest.mark.parametrize("epsilon", [1e-3, 0.5])
def test_epsilon_stands_under_the_root(submission, rng, epsilon):
    """Adds an epsilon of `epsilon` to the variance, under the root."""
    inputs = np.sqrt(epsilon) * rng.normal(size=(5, 4, 2))
    outputs = submission.BatchNorm(epsilon=epsilon)(inputs, training=True)
    assert_close(outputs, in_training(inputs, epsilon=epsilon), next_step=INSIDE)


@pytest.mark.task(1)
def test_constant_channel_becomes_beta(submission, support, rng):
    """Turns a channel that is constant, or a single value, into beta."""
    for shape in [(1, 3), (4, 2, 2, 3)]:
        weights, inputs = random_weights(rng, 3), np.broadcast_to([0.5, -1.0, 2.0], shape)
        outputs = make_layer(submission, support, shape, weights)(inputs, training=True)
        assert_close(outputs, np.broadcast_to(weights["beta"], shape), next_step="Where x equals μ, only β remains.")


@pytest.mark.task(1)
@pytest.mark.parametrize("shape", [(5, 2), (3, 4, 5, 3)])
def test_scales_and_shifts(submission, support, rng, shape):
    """Multiplies each channel by its gamma and adds its beta, whatever the moving averages are, for inputs of shape `shape`."""
    inputs, weights = random_inputs(rng, shape), random_weights(rng, shape[-1])
    outputs = make_layer(submission, support, shape, weights)(inputs, training=True)
    assert_close(outputs, in_training(inputs, weights["gamma"], weights["beta"]), next_step=SCALE)


@pytest.mark.task(2)
def test_averages_start_at_zero_and_one(submission, support, rng):
    """Begins with a moving mean of 0 and a moving variance of 1."""
    layer, inputs = make_layer(submission, support, (4, 3)), random_inputs(rng, (4, 3))
    assert_averages(layer, np.zeros(3), np.ones(3))
    assert_close(layer(inputs, training=False), inputs / np.sqrt(1.001), next_step=INFERENCE)


@pytest.mark.task(2)
@pytest.mark.parametrize(("momentum", "mean", "variance"), [(0.9, 0.5, 2.5), (0.75, 1.25, 4.75), (0.0, 5.0, 16.0)])
def test_averages_move_by_hand(submission, support, momentum, mean, variance):
    """Moves the averages to `mean` and `variance` with a momentum of `momentum`, and normalises by them in inference."""
    settings = {} if momentum == 0.9 else {"momentum": momentum}  # 0.9 is what holds if nothing is said.
    layer = make_layer(submission, support, (2, 1), **settings)
    layer(np.array([[1.0], [9.0]]), training=True)
    assert_averages(layer, [mean], [variance])
    assert_close(
        layer(np.array([[7.0]]), training=False), [[(7 - mean) / (variance + 1e-3) ** 0.5]], next_step=INFERENCE
    )


@pytest.mark.task(2)
@pytest.mark.parametrize("shape", SHAPES)
def test_averages_of_several_batches(submission, support, rng, shape):
    """Averages over several batches, for inputs of shape `shape`."""
    layer, batches = make_layer(submission, support, shape, momentum=0.8), [random_inputs(rng, shape) for _ in range(4)]
    for batch in batches:
        layer(batch, training=True)
    shares = 0.2 * 0.8 ** np.arange(3, -1, -1)
    means, variances = np.array([statistics(batch) for batch in batches]).transpose(1, 0, 2)
    assert_averages(layer, shares @ means, 0.8**4 + shares @ variances)


@pytest.mark.task(2)
@pytest.mark.parametrize("shape", [(5, 3), (1, 2), (2, 4, 3, 2)])
def test_inference_uses_the_averages(submission, support, rng, shape):
    """Normalises by the moving averages in inference, for inputs of shape `shape`."""
    inputs, weights = random_inputs(rng, shape), random_weights(rng, shape[-1])
    outputs = make_layer(submission, support, shape, weights, epsilon=0.01)(inputs, training=False)
    assert_close(outputs, normalised(inputs, **weights, epsilon=0.01), next_step=INFERENCE)


@pytest.mark.task(2)
def test_inference_changes_nothing(submission, support, rng):
    """Leaves the moving averages as they are in inference."""
    weights = random_weights(rng, 3)
    layer = make_layer(submission, support, (12, 3), weights)
    layer(random_inputs(rng, (12, 3)), training=False)
    for name in AVERAGES:
        step = "Move the averages only if `training` is true."
        assert_close(getattr(layer, name), weights[name], name=name, next_step=step, tag="an average has moved")


@pytest.mark.task(2)
def test_inference_is_the_default(submission, support, rng):
    """Is in inference where `training` is not given."""
    inputs, weights = random_inputs(rng, (4, 3)), random_weights(rng, 3)
    outputs = make_layer(submission, support, (4, 3), weights)(inputs)
    assert_close(outputs, normalised(inputs, **weights), next_step="Let `training` be False by default.")


@pytest.mark.task(3)
def test_trains_gamma_and_beta_only(submission, support, rng):
    """Has gamma and beta as trainable weights, and the two averages as the others."""
    weights = random_weights(rng, 3)
    layer = make_layer(submission, support, (4, 3), weights)
    step = "Only gamma and beta are for the optimizer; the averages follow the batches."
    for attribute, names in (("trainable_weights", TRAINED), ("non_trainable_weights", AVERAGES)):
        found = assert_length(getattr(layer, attribute), 2, of="weights", next_step=TRAIN)
        rows = sorted(assert_shape(weight, (3,)).tolist() for weight in found)
        expected = sorted(weights[name].tolist() for name in names)
        assert_close(rows, expected, name=f"`{attribute}`, in any order", next_step=step)


@pytest.mark.task(3)
@pytest.mark.parametrize("shape", [(5, 2), (3, 4, 3), (2, 3, 4, 2)])
@pytest.mark.parametrize("variable", ["inputs", "gamma", "beta"])
def test_gradient(submission, support, rng, variable, shape):
    """Passes the gradient back to `variable`, for a batch of shape `shape`."""
    weights, upstream = random_weights(rng, shape[-1]), rng.normal(size=shape)
    point = {"inputs": random_inputs(rng, shape)} | {name: weights[name] for name in TRAINED}
    gradients = support.gradients(make_layer(submission, support, shape, weights), point["inputs"], upstream)
    returned, step = dict(zip(point, gradients, strict=True))[variable], THROUGH if variable == "inputs" else TRAIN
    check(returned is not None, f"No gradient flows back to {variable}.", next_step=step)
    expected = numeric_gradient(lambda x: np.vdot(upstream, in_training(**point | {variable: x})), point[variable])
    assert_close(returned, expected, atol=1e-4, name=f"the gradient of {variable}", next_step=step)
