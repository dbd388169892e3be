"""What `BatchNorm` must do."""

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_shape
from grader.testing import check

SHAPES = [(6, 3), (1, 7, 2), (4, 5, 3), (3, 4, 6, 2), (2, 3, 2, 4, 3)]
CHANNELS = "Take the mean and the variance over all axes but the last, so that each channel has one of each."
BIASED = "Divide the sum of squares by n, not by n - 1, for the output and for the moving average."
INSIDE = "Add epsilon to the variance, and take the root of the sum."
AVERAGES = "In inference normalise by moving_mean and moving_variance, whatever is in the batch."
MOVE = "Keep the share `momentum` of the old average, and take the rest from this batch."
THROUGH = (
    "Differentiate through the mean and the variance too: compute them with TensorFlow or Keras, and stop no gradient."
)


def make_layer(submission, support, shape, weights=None, **settings):
    """A layer that is built for inputs of this shape."""
    layer = submission.BatchNorm(**settings)
    layer.build((None, *shape[1:]))
    if weights:
        support.set_weights(layer, **weights)
    return layer


def random_weights(rng, channels):
    return {
        "gamma": rng.uniform(0.5, 2.0, size=channels) * rng.choice([-1.0, 1.0], size=channels),
        "beta": rng.normal(size=channels),
        "moving_mean": rng.normal(size=channels),
        "moving_variance": rng.uniform(0.5, 3.0, size=channels),
    }


def random_inputs(rng, shape):
    """Inputs whose channels and whose samples differ in place and in scale."""
    channels, samples = shape[-1], (shape[0],) + (1,) * (len(shape) - 1)
    place = 2 * rng.normal(size=channels) + rng.normal(size=samples)
    return place + rng.uniform(0.5, 2.0, size=channels) * rng.uniform(0.7, 1.5, size=samples) * rng.normal(size=shape)


def columns(inputs):
    """One column for each channel."""
    return np.reshape(inputs, (-1, inputs.shape[-1]))


def statistics(inputs):
    """Mean and biased variance, channel by channel."""
    means, variances = [], []
    for channel in columns(inputs).T:
        means.append(sum(channel) / len(channel))
        variances.append(sum((value - means[-1]) ** 2 for value in channel) / len(channel))
    return np.array(means), np.array(variances)


def normalised(inputs, mean, variance, gamma=1.0, beta=0.0, epsilon=1e-3):
    scale = gamma * (variance + epsilon) ** -0.5
    return inputs * scale + (beta - mean * scale)


@pytest.mark.task(1)
def test_normalises_by_hand(submission):
    """Normalises a batch that one can compute by hand."""
    outputs = submission.BatchNorm(epsilon=9.0)(np.array([[1.0, 5.0], [9.0, 5.0]]), training=True)
    assert_close(outputs, [[-0.8, 0.0], [0.8, 0.0]], next_step="Here the means are 5 and 5, the variances 16 and 0.")


@pytest.mark.task(1)
@pytest.mark.parametrize("shape", SHAPES)
def test_normalises_each_channel(submission, rng, shape):
    """Normalises each channel over all other axes, for inputs with two to five axes."""
    inputs = random_inputs(rng, shape)
    outputs = submission.BatchNorm()(inputs, training=True)
    assert_close(outputs, normalised(inputs, *statistics(inputs)), next_step=CHANNELS)


@pytest.mark.task(1)
@pytest.mark.parametrize("samples", [2, 3, 4])
def test_variance_is_biased(submission, rng, samples):
    """Divides by n in the variance, which shows in a small batch."""
    inputs = random_inputs(rng, (samples, 3))
    outputs = submission.BatchNorm(epsilon=1e-5)(inputs, training=True)
    assert_close(outputs, normalised(inputs, *statistics(inputs), epsilon=1e-5), next_step=BIASED)


@pytest.mark.task(1)
@pytest.mark.parametrize("epsilon", [1e-3, 0.5])
def test_epsilon_stands_under_the_root(submission, rng, epsilon):
    """Adds epsilon to the variance, under the root."""
    inputs = np.sqrt(epsilon) * rng.normal(size=(5, 4, 2))
    outputs = submission.BatchNorm(epsilon=epsilon)(inputs, training=True)
    assert_close(outputs, normalised(inputs, *statistics(inputs), epsilon=epsilon), next_step=INSIDE)


@pytest.mark.task(1)
def test_constant_channel_becomes_beta(submission, support, rng):
    """Turns a channel that is constant, or a single value, into beta."""
    for shape in [(1, 3), (4, 2, 2, 3)]:
        weights = random_weights(rng, 3)
        layer = make_layer(submission, support, shape, weights)
        outputs = layer(np.broadcast_to([0.5, -1.0, 2.0], shape), training=True)
        assert_close(outputs, np.broadcast_to(weights["beta"], shape), next_step="Where x equals μ, only β remains.")


@pytest.mark.task(1)
@pytest.mark.parametrize("shape", [(5, 2), (3, 4, 5, 3)])
def test_scales_and_shifts(submission, support, rng, shape):
    """Multiplies each channel by its gamma and adds its beta."""
    inputs, weights = random_inputs(rng, shape), random_weights(rng, shape[-1])
    layer = make_layer(submission, support, shape, {name: weights[name] for name in ("gamma", "beta")})
    expected = normalised(inputs, *statistics(inputs), weights["gamma"], weights["beta"])
    assert_close(layer(inputs, training=True), expected, next_step="Normalise first; then times gamma, plus beta.")


@pytest.mark.task(1)
def test_training_does_not_use_the_averages(submission, support, rng):
    """Normalises by the batch in training, whatever the moving averages are."""
    inputs, weights = random_inputs(rng, (6, 4, 3)), random_weights(rng, 3)
    layer = make_layer(submission, support, (6, 4, 3), weights)
    expected = normalised(inputs, *statistics(inputs), weights["gamma"], weights["beta"])
    assert_close(
        layer(inputs, training=True), expected, next_step="In training use the mean and the variance of this batch."
    )


@pytest.mark.task(2)
def test_averages_start_at_zero_and_one(submission, support, rng):
    """Begins with a moving mean of 0 and a moving variance of 1."""
    layer = make_layer(submission, support, (4, 3))
    assert_close(layer.moving_mean, np.zeros(3), next_step="The moving mean is 0 at first.")
    assert_close(layer.moving_variance, np.ones(3), next_step="The moving variance is 1 at first.")
    inputs = random_inputs(rng, (4, 3))
    assert_close(layer(inputs, training=False), inputs / np.sqrt(1.001), next_step=AVERAGES)


@pytest.mark.task(2)
@pytest.mark.parametrize(("momentum", "mean", "variance"), [(0.9, 0.5, 2.5), (0.75, 1.25, 4.75), (0.0, 5.0, 16.0)])
def test_averages_move_by_hand(submission, support, momentum, mean, variance):
    """Moves the averages towards the batch by the share 1 - momentum."""
    layer = make_layer(submission, support, (2, 1), momentum=momentum)
    layer(np.array([[1.0], [9.0]]), training=True)
    assert_close(layer.moving_mean, [mean], next_step=MOVE)
    assert_close(layer.moving_variance, [variance], next_step=MOVE)


@pytest.mark.task(2)
@pytest.mark.parametrize("shape", SHAPES)
def test_averages_of_several_batches(submission, support, rng, shape):
    """Averages over several batches, for inputs with two to five axes."""
    layer = make_layer(submission, support, shape, momentum=0.8)
    batches = [random_inputs(rng, shape) for _ in range(4)]
    for batch in batches:
        layer(batch, training=True)
    shares = 0.2 * 0.8 ** np.arange(3, -1, -1)
    means, variances = np.array([statistics(batch) for batch in batches]).transpose(1, 0, 2)
    assert_close(layer.moving_mean, shares @ means, next_step=MOVE)
    assert_close(layer.moving_variance, 0.8**4 + shares @ variances, next_step=MOVE)


@pytest.mark.task(2)
def test_moving_variance_is_biased(submission, support, rng):
    """Moves the variance average by the biased variance, the one that divides the batch."""
    layer = make_layer(submission, support, (3, 2))
    inputs = random_inputs(rng, (3, 2))
    layer(inputs, training=True)
    assert_close(layer.moving_variance, 0.9 + 0.1 * statistics(inputs)[1], next_step=BIASED)


@pytest.mark.task(2)
@pytest.mark.parametrize("shape", [(5, 3), (1, 2), (2, 4, 3, 2)])
def test_inference_uses_the_averages(submission, support, rng, shape):
    """Normalises by the moving averages in inference, a batch of one too."""
    inputs, weights = random_inputs(rng, shape), random_weights(rng, shape[-1])
    layer = make_layer(submission, support, shape, weights, epsilon=0.01)
    expected = normalised(
        inputs, weights["moving_mean"], weights["moving_variance"], weights["gamma"], weights["beta"], 0.01
    )
    assert_close(layer(inputs, training=False), expected, next_step=AVERAGES)


@pytest.mark.task(2)
def test_inference_changes_nothing(submission, support, rng):
    """Leaves the moving averages as they are in inference."""
    weights = random_weights(rng, 3)
    layer = make_layer(submission, support, (4, 3), weights)
    for _ in range(3):
        layer(random_inputs(rng, (4, 3)), training=False)
    for name in ("moving_mean", "moving_variance"):
        step = "Move the averages only if `training` is true."
        assert_close(getattr(layer, name), weights[name], next_step=step, tag="an average has moved")


@pytest.mark.task(2)
def test_inference_is_the_default(submission, support, rng):
    """Is in inference where `training` is not given."""
    inputs, weights = random_inputs(rng, (4, 3)), random_weights(rng, 3)
    layer = make_layer(submission, support, (4, 3), weights)
    expected = normalised(inputs, weights["moving_mean"], weights["moving_variance"], weights["gamma"], weights["beta"])
    assert_close(layer(inputs), expected, next_step="Let `training` be False by default.")


@pytest.mark.task(2)
def test_settles_on_the_statistics_of_the_data(submission, support, rng):
    """Ends near the statistics of a batch that is seen again and again, and answers the same in both modes."""
    inputs = random_inputs(rng, (8, 3, 2))
    layer = make_layer(submission, support, inputs.shape, momentum=0.2)
    for _ in range(10):
        trained = layer(inputs, training=True)
    expected = normalised(inputs, *statistics(inputs))
    assert_close(trained, expected, next_step=CHANNELS)
    assert_close(layer(inputs, training=False), expected, next_step=MOVE)


@pytest.mark.task(3)
def test_trains_gamma_and_beta_only(submission, support, rng):
    """Has gamma and beta as trainable weights, and the two averages as the others."""
    weights = random_weights(rng, 3)
    layer = make_layer(submission, support, (4, 3), weights)
    for attribute, names in {
        "trainable_weights": ("gamma", "beta"),
        "non_trainable_weights": ("moving_mean", "moving_variance"),
    }.items():
        found = getattr(layer, attribute)
        check(
            isinstance(found, list) and len(found) == 2,
            f"`{attribute}` should hold {names[0]} and {names[1]}, two weights.",
            returned=found,
            next_step="Make all four weights with `self.add_weight`, the averages with `trainable=False`.",
        )
        assert_close(
            sorted(assert_shape(weight, (3,)).tolist() for weight in found),
            sorted(weights[name].tolist() for name in names),
            next_step="Only gamma and beta are for the optimizer; the averages follow the batches.",
        )


@pytest.mark.task(3)
@pytest.mark.parametrize("shape", [(5, 2), (3, 4, 3), (2, 3, 4, 2)])
def test_gradient_of_the_inputs(submission, support, rng, shape):
    """Passes the gradient back to the inputs, through the mean and the variance of the batch."""
    inputs, upstream, weights = random_inputs(rng, shape), rng.normal(size=shape), random_weights(rng, shape[-1])
    layer = make_layer(submission, support, shape, weights)
    returned = gradient(support, layer, inputs, upstream, 0)
    expected = []
    for x, g, gamma in zip(columns(inputs).T, columns(upstream).T, weights["gamma"], strict=True):
        n, root = len(x), np.sqrt(np.var(x) + 1e-3)
        centred = x - x.mean()
        jacobian = (np.eye(n) - 1 / n) / root - np.outer(centred, centred) / (n * root**3)
        expected.append(gamma * jacobian @ g)
    assert_close(returned, np.reshape(np.transpose(expected), shape), atol=1e-4, next_step=THROUGH)


@pytest.mark.task(3)
@pytest.mark.parametrize("shape", [(5, 2), (2, 3, 4, 3)])
def test_gradient_of_gamma_and_beta(submission, support, rng, shape):
    """Passes the gradient back to gamma and beta."""
    inputs, upstream, weights = random_inputs(rng, shape), rng.normal(size=shape), random_weights(rng, shape[-1])
    layer = make_layer(submission, support, shape, weights)
    products = columns(upstream) * normalised(columns(inputs), *statistics(inputs))
    trainable = "Make gamma and beta trainable weights, and use them as tensors."
    assert_close(gradient(support, layer, inputs, upstream, 1), products.sum(axis=0), atol=1e-4, next_step=trainable)
    assert_close(
        gradient(support, layer, inputs, upstream, 2), columns(upstream).sum(axis=0), atol=1e-4, next_step=trainable
    )


def gradient(support, layer, inputs, upstream, index):
    """One of the three gradients, which is None where nothing flows."""
    found = support.gradients(layer, inputs, upstream)[index]
    name = ("the inputs", "gamma", "beta")[index]
    check(
        found is not None,
        f"No gradient flows back to {name}.",
        next_step="Stay within TensorFlow or Keras operations, and make gamma and beta trainable.",
    )
    return found
