"""What `Dropout` must do."""

import itertools

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_shape
from grader.testing import check

AXES = ["samples", "positions", "channels"]
RESCALE = "In training divide what is kept by 1 - rate, so that the expected output of a unit is its input."
RATE = "`rate` is the probability that a unit is dropped; it is kept with probability 1 - rate."
INFERENCE = "Return the inputs as they are unless `training` is true, and let it be False by default."
SHAPE = "The output has the shape of the input; `keras.ops.shape(inputs)` knows the batch when the layer runs."
FLOW = "Stay within operations of Keras or TensorFlow, and stop no gradient."
OWN = "Where `seed` is None, give each layer random numbers of its own: no fixed seed in its place."
NEW_MASK = "Draw new random numbers in every call: a seed that is an integer gives the same ones again."
COMPILED = "Draw with operations of Keras or TensorFlow: `fit` runs the Python code once, and what NumPy has drawn there stays."
SEED = "Make a source of random numbers from `seed` in `__init__`, one for each layer, and draw from it in each call."


def random_inputs(rng, shape):
    """Inputs of both signs, none of them near 0, so that a 0 in the output is a unit that was dropped."""
    return rng.uniform(0.5, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)


def dropped_by(layer, inputs):
    """Which units the layer drops in training."""
    return assert_shape(layer(inputs, training=True), inputs.shape, next_step=SHAPE) == 0


def check_factor(values, before, is_kept, rate, what, next_step):
    """What is kept was divided by 1 - rate."""
    factors = values[is_kept] / before[is_kept]
    others = {"1 / rate": 1 / rate, "1 - rate": 1 - rate, "the rate": rate, "1": 1.0}
    tags = [f"multiplied by {name}" for name, other in others.items() if np.allclose(factors, other, rtol=1e-4)]
    expected, tag = np.full(factors.shape, 1 / (1 - rate)), tags[0] if tags else None
    assert_close(factors, expected, name=f"the factors of {what}", next_step=next_step, tag=tag)


def check_inference(submission, rng, shape, **arguments):
    """A call with these arguments is the identity."""
    inputs = random_inputs(rng, shape).astype("float32")
    outputs = assert_shape(submission.Dropout(0.4)(inputs, **arguments), shape, next_step=INFERENCE)
    tag = "drops units" if np.any(outputs == 0) else "changes all units"
    assert_equal(outputs, inputs, next_step=INFERENCE, tag=tag)


@pytest.mark.task(1)
@pytest.mark.parametrize("rate", [0.2, 0.5, 0.8])
def test_kept_units_are_scaled_up(submission, rng, rate):
    """Sets a unit to 0 or divides it by 1 - `rate`, and nothing else."""
    inputs = random_inputs(rng, (40, 25))
    outputs = assert_shape(submission.Dropout(rate)(inputs, training=True), inputs.shape)
    check_factor(outputs, inputs, outputs != 0, rate, "units that are kept", RESCALE)


@pytest.mark.task(1)
@pytest.mark.parametrize("along", AXES)
def test_units_are_independent(submission, rng, along):
    """Drops or keeps each unit independently, whatever happens to its neighbours among the `along`."""
    dropped = dropped_by(submission.Dropout(0.5), random_inputs(rng, (100, 20, 20)))
    alike = (dropped == np.roll(dropped, 1, axis=AXES.index(along))).mean()
    # Two independent units have the same fate half of the time; the standard deviation of the share is 0.0025.
    check(
        abs(alike - 0.5) < 0.03,
        f"Neighbours among the {along} were dropped or kept together in {alike:.0%} of all cases, where chance gives 50%.",
        next_step=f"Draw a number for each entry of the inputs: neighbours among the {along} are two units, not one.",
        tag="often alike" if alike > 0.5 else "often unlike",
    )


@pytest.mark.task(1)
def test_number_of_dropped_units_varies(submission, rng):
    """Drops more units in some samples and fewer in others, as chance would have it."""
    counts = dropped_by(submission.Dropout(0.5), random_inputs(rng, (300, 50))).sum(axis=1)
    # The counts are binomial, with the standard deviation sqrt(50 / 4) = 3.54; that of 300 of them varies by 0.15.
    check(
        2.5 < counts.std() < 4.6,
        f"In 300 samples of 50 units, the count of dropped ones has the standard deviation {counts.std():.2f}, not about 3.54.",
        next_step="Decide for each unit independently; do not fix how many units of a sample are dropped.",
        tag="always the same number" if counts.std() == 0 else "too near" if counts.std() < 3.54 else "too far apart",
    )


@pytest.mark.task(1)
@pytest.mark.parametrize("rate", [0.1, 0.5, 0.75])
def test_share_that_is_dropped(submission, rng, rate):
    """Drops the share `rate` of many units."""
    share = dropped_by(submission.Dropout(rate), random_inputs(rng, (200, 200))).mean()
    # The standard deviation of the share is at most 0.0025.
    check(
        abs(share - rate) < 0.02,
        f"Of 40000 units {share:.1%} were dropped, where {rate:.0%} should be, give or take 2%.",
        next_step=RATE,
        tag="keeps the share" if abs(1 - share - rate) < 0.02 else None,
    )


@pytest.mark.task(1)
def test_expectation_stays(submission, pictures):
    """Gives the inputs back on average over many masks."""
    y, x = np.mgrid[-1:1:24j, -1:1:24j]
    image = 0.6 + 0.4 * np.cos(12 * np.hypot(x, y))
    outputs = submission.Dropout(0.5)(np.tile(image, (500, 1, 1)), training=True)
    outputs = np.asarray(assert_shape(outputs, (500, 24, 24)), dtype=float)
    means = [outputs[:count].mean(axis=0) for count in (1, 5, 25, 500)]
    labels = ["input", "1 mask", "mean of 5", "mean of 25", "mean of 500"]
    pictures.images("mean_over_masks", [image, *means], columns=5, labels=labels)
    # The standard deviation of the mean of 500 outputs x / 0.5 or 0 is x / sqrt(500) = 0.045 x.
    check(
        np.all(np.abs(means[-1] / image - 1) < 0.4) and abs(outputs.mean() / image.mean() - 1) < 0.02,
        f"The mean output is {outputs.mean() / image.mean():.3f} times the mean input, and no unit should be far from its own.",
        next_step=RESCALE,
    )


@pytest.mark.task(1)
@pytest.mark.parametrize("shape", [(6,), (3, 4), (2, 3, 4, 2)])
def test_rate_of_zero_drops_nothing(submission, rng, shape):
    """Returns inputs of shape `shape` as they are in training with a rate of 0."""
    inputs, step = random_inputs(rng, shape), "With a rate of 0 every unit is kept, and divided by 1."
    outputs = submission.Dropout(0.0)(inputs, training=True)
    assert_close(outputs, inputs, next_step=step, tag=None if np.any(outputs) else "keeps nothing")


@pytest.mark.task(2)
def test_each_call_has_a_new_mask(submission, rng):
    """Drops different units in the next call."""
    layer, inputs = submission.Dropout(0.5, seed=int(rng.integers(1000))), random_inputs(rng, (20, 20))
    masks = [dropped_by(layer, inputs) for _ in range(3)]
    have_changed = [(first != second).any() for first, second in itertools.pairwise(masks)]
    check(all(have_changed), "Two calls in a row drop the same units.", next_step=NEW_MASK)


@pytest.mark.task(2)
def test_each_compiled_run_has_a_new_mask(submission, support, rng):
    """Drops different units in each run of compiled training."""
    layer, inputs = submission.Dropout(0.5), random_inputs(rng, (20, 20))
    compiled = support.compile_layer(layer, (20, 20))
    first, second = (assert_shape(compiled(inputs), (20, 20)) == 0 for _ in range(2))
    check((first != second).any(), "Two runs of the compiled layer drop the same units.", next_step=COMPILED)


@pytest.mark.task(2)
def test_batch_of_unknown_size(submission, support, rng):
    """Compiles for a batch of any size."""
    layer = submission.Dropout(0.5)
    problem = support.why_it_cannot_compile(layer, (None, 30))
    check(problem is None, f"The layer cannot be compiled for inputs of shape (None, 30). {problem}", next_step=SHAPE)
    compiled = support.compile_layer(layer, (None, 30))
    for batch in (1, 17):
        assert_shape(compiled(random_inputs(rng, (batch, 30))), (batch, 30), next_step=SHAPE)


@pytest.mark.task(2)
def test_seed_fixes_the_masks(submission, rng):
    """Drops the same units, call by call, in two layers that are made with the same seed, and other units with another."""
    inputs, seed = random_inputs(rng, (20, 20)), int(rng.integers(1000))
    layers = [submission.Dropout(0.5, seed=each) for each in (seed, seed, seed + 1)]
    masks = [np.array([dropped_by(layer, inputs) for _ in range(2)]) for layer in layers]
    check((masks[0] == masks[1]).all(), "Two layers with the same seed drop different units.", next_step=SEED)
    check((masks[0] != masks[2]).any(), "Two layers with different seeds drop the same units.", next_step=SEED)


@pytest.mark.task(2)
def test_layers_without_a_seed_differ(submission, rng):
    """Drops different units in two layers that are made without a seed."""
    inputs = random_inputs(rng, (20, 20))
    first, second = (dropped_by(submission.Dropout(0.5), inputs) for _ in range(2))
    check((first != second).any(), "Two layers without a seed drop the same units.", next_step=OWN)


@pytest.mark.task(3)
@pytest.mark.parametrize("shape", [(5, 40), (2, 4, 4, 3)])
def test_inference_is_the_identity(submission, rng, shape):
    """Returns inputs of shape `shape` unchanged in inference."""
    check_inference(submission, rng, shape, training=False)


@pytest.mark.task(3)
def test_inference_is_the_default(submission, rng):
    """Is in inference where `training` is not given."""
    check_inference(submission, rng, (5, 40))


@pytest.mark.task(3)
@pytest.mark.parametrize("rate", [0.25, 0.6])
def test_gradient_flows_through_kept_units(submission, support, rng, rate):
    """Passes the gradient back through the units that are kept, divided by 1 - `rate`, and through no other."""
    inputs, upstream = random_inputs(rng, (8, 30)), random_inputs(rng, (8, 30))
    outputs, gradient = support.gradient(submission.Dropout(rate), inputs, upstream)
    check(gradient is not None, "No gradient flows back to the inputs.", next_step=FLOW)
    is_kept, gradient = assert_shape(outputs, (8, 30)) != 0, assert_shape(gradient, (8, 30))
    step = "A unit that is dropped did not take part: no gradient for it, and the factor 1 / (1 - rate) for the others."
    check(not gradient[~is_kept].any(), "A gradient flows back to units that were dropped.", next_step=step)
    check_factor(gradient, upstream, is_kept, rate, "the gradients of units that are kept", step)
