"""What `RNN` must do.

Each of three kinds of first state is tested alone, compiled, and in training: hence more than 200 lines.
"""

from statistics import NormalDist

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_length
from grader.testing import assert_seeded
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import numeric_gradients

NAMES = ("kernel", "recurrent_kernel", "bias", "initial")
WEIGHTS = "Make kernel, recurrent_kernel and bias in `build` with `self.add_weight`, once for all steps, and no other."
START = "Name no initializer for the two kernels, and zeros for the bias and for the learned first state."
STEP = "Check one step: x_t W + h_{t-1} U + b, tanh of all of it, and that is the state of the next step."
LAST = "Begin with a state of zeros, take the elements from the first to the last, and return the state after the last."
ALL = "Collect the state after each step: the first is h_1, the last h_T, along axis 1."
SHAPE = (
    "The axes of the inputs are batch, time, features: loop over the time, and keep the batch in front of the results."
)
STABLE = "exp of thousands is infinite: the ready-made function, `keras.ops.tanh`, copes with any number."
KEEP = "Keep nothing in the layer between two calls: each begins with its own first state."
LEARNED = (
    "Each sequence begins with a copy of the weight `initial`, in training and afterwards, and its first step uses it."
)
DRAW = "Draw batch times units numbers, each independently, by `keras.random.normal` or TensorFlow's generator."
NORMAL = "The normal distribution has mean 0 and standard deviation 1; libraries may have another default."
ANEW = "Make a generator in the constructor, and let it draw in each call: a seed that is a number draws the same each time."
MEAN = "Draw in training only: where `training` is not True, h_0 is 0."
SEED = "Give the seed to one generator, in the constructor; None means a different seed in each layer, and 0 is a seed as well."
COMPILED = "Use loops, sizes (`keras.ops.shape`) and random numbers of Keras or TensorFlow, not of Python or NumPy."
THROUGH = "Stay within Keras or TensorFlow from the first state to the last, use the weights, and stop no gradient."


def unroll(inputs, kernel, recurrent_kernel, bias, initial=0.0):
    """All states, sequence by sequence, with one product for each step."""
    weights, states = np.concatenate([kernel, recurrent_kernel, bias[None]]), []
    for sequence in inputs:
        state = np.zeros(len(bias)) + initial
        states.append([state := np.tanh(np.concatenate([x, state, [1.0]]) @ weights) for x in sequence])
    return np.array(states)


def draw(rng, features, units):
    """Weights with which a state remembers the last steps."""
    kernel, recurrent_kernel = rng.normal(size=(features, units)), rng.normal(size=(units, units))
    kernels = [kernel / (2 * features**0.5), recurrent_kernel / units**0.5]
    return dict(zip(NAMES, [*kernels, 0.5 * rng.normal(size=units), rng.normal(size=units)], strict=True))


def make_layer(submission, support, weights, *settings, **more):
    """A layer that is built and has these weights."""
    features, units = weights["kernel"].shape
    layer = submission.RNN(units, *settings, **more)
    layer.build((None, None, features))
    support.set_weights(layer, **{name: weights[name] for name in NAMES if name != "initial" or "learned" in settings})
    return layer


def check_states(states, expected, next_step, what="the states"):
    states = assert_finite(assert_shape(states, expected.shape, name=what, next_step=SHAPE), next_step=STABLE)
    assert_close(states, expected, rtol=1e-3, atol=1e-4, name=what, next_step=next_step)


def first_states(layer, batch, units, **training):
    """The first states of a layer whose step divides them by 10 before tanh."""
    states = assert_shape(layer(np.zeros((batch, 1, 2)), **training), (batch, units), next_step=SHAPE)
    return 10 * np.arctanh(np.clip(states.astype(float), -0.9999, 0.9999))


def make_transparent(submission, support, units, seed):
    weights = {"kernel": np.zeros((2, units)), "recurrent_kernel": np.eye(units) / 10, "bias": np.zeros(units)}
    return make_layer(submission, support, weights, "normal", False, seed)


@pytest.mark.task(1)
def test_weights(submission):
    """Has three trainable weights, the same for all steps, with the first values that are asked for."""
    features, units = 3, 5
    layer = submission.RNN(units)
    layer.build((None, None, features))
    for name, shape in zip(NAMES, [(features, units), (units, units), (units,)], strict=False):
        assert_shape(getattr(layer, name), shape, name=name, next_step=WEIGHTS)
    assert_length(layer.trainable_weights, 3, of="trainable weights", next_step=WEIGHTS)
    for name in NAMES[:2]:
        is_random = len(np.unique(assert_finite(getattr(layer, name), name=name))) > 1
        check(is_random, f"All entries of {name} are equal from the start.", next_step=START)
    assert_close(layer.bias, np.zeros(units), name="bias", next_step=START)


@pytest.mark.task(1)
def test_by_hand(submission, support):
    """Takes three steps that can be computed by hand."""
    weights = {"kernel": np.array([[2.0]]), "recurrent_kernel": np.array([[3.0]]), "bias": np.array([-1.0])}
    layer = make_layer(submission, support, weights, return_sequences=True)
    # What goes through tanh is 1 at first, then 3 tanh(1) - 3 and 3 h_2 - 1 + 4.
    h = [np.tanh(1.0), np.tanh(3 * np.tanh(1.0) - 3)]
    expected = np.array([[[h[0]], [h[1]], [np.tanh(3 * h[1] + 3)]]])
    check_states(layer(np.array([[[1.0], [-1.0], [2.0]]])), expected, STEP)


@pytest.mark.task(1)
@pytest.mark.parametrize(("batch", "time", "features", "units"), [(3, 3, 3, 3), (1, 8, 2, 4)])
def test_last_state(submission, support, rng, batch, time, features, units):
    """Returns the last of `time` states, for a batch of `batch`, `features` features and `units` units."""
    weights, inputs = draw(rng, features, units), rng.normal(size=(batch, time, features))
    expected = unroll(inputs, *list(weights.values())[:3])[:, -1]
    check_states(make_layer(submission, support, weights)(inputs), expected, STEP if time == 1 else LAST)


@pytest.mark.task(1)
def test_calls_are_independent(submission, support, rng):
    """Returns the same states when it is called again, with the same batch and with another."""
    weights, inputs = draw(rng, 2, 3), rng.normal(size=(3, 4, 2))
    layer, expected = make_layer(submission, support, weights), unroll(inputs, *list(weights.values())[:3])[:, -1]
    check_states(layer(inputs), expected, LAST)
    for part in (slice(3), slice(1)):
        check_states(layer(inputs[part]), expected[part], KEEP)


@pytest.mark.task(1)
@pytest.mark.parametrize(("batch", "time", "features", "units"), [(1, 1, 1, 1), (4, 6, 3, 5)])
def test_all_states(submission, support, rng, batch, time, features, units):
    """Returns all `time` states if asked, for a batch of `batch`, `features` features and `units` units."""
    weights, inputs = draw(rng, features, units), rng.normal(size=(batch, time, features))
    layer = make_layer(submission, support, weights, "zeros", True)
    check_states(layer(inputs), unroll(inputs, *list(weights.values())[:3]), ALL)


@pytest.mark.task(1)
def test_large_inputs(submission, support, rng):
    """Stays finite where the inputs are in the thousands."""
    weights, inputs = draw(rng, 2, 4), 4000.0 * rng.choice([-1, 1], size=(3, 5, 2))
    weights["kernel"] = rng.choice([-1.0, -0.25, 0.25, 1.0], size=(2, 4))
    inputs[..., 1] = np.roll(inputs[..., 0], 1) / 32
    expected = unroll(inputs, *list(weights.values())[:3])
    check_states(make_layer(submission, support, weights, "zeros", True)(inputs), expected, STABLE)


@pytest.mark.task(2)
def test_learned_weight(submission):
    """Has a fourth trainable weight, zeros at first, where the first state is learned."""
    layer = submission.RNN(3, initial_state="learned")
    layer.build((None, None, 2))
    assert_length(
        layer.trainable_weights, 4, of="trainable weights", next_step="Add `initial` to the three in `build`."
    )
    step = "There is one row for all sequences, of shape `(units,)`, and `build` does not know the batch."
    assert_close(assert_shape(layer.initial, (3,), name="initial", next_step=step), np.zeros(3), next_step=START)


@pytest.mark.task(2)
def test_learned_state(submission, support, rng):
    """Begins each sequence with the learned state, in training and afterwards, even where there is only one step."""
    weights = draw(rng, 2, 4)
    layer = make_layer(submission, support, weights, "learned", True)
    for time, training in ((1, False), (4, True)):
        inputs = rng.normal(size=(4, time, 2))
        check_states(layer(inputs, training=training), unroll(inputs, *weights.values()), LEARNED)


@pytest.mark.task(2)
def test_drawn_state(submission, support, seed):
    """Draws each entry of the first state independently from the normal distribution, and anew in each call."""
    layer = make_transparent(submission, support, 4, seed)
    calls = np.array([assert_finite(first_states(layer, 300, 4, training=True)) for _ in range(2)])
    distinct = len(np.unique(calls[0]))
    problem = f"In 300 first states of 4 units there are {distinct} different numbers."
    check(distinct > 1150, problem, next_step=DRAW, tag=f"{distinct} numbers" if distinct < 500 else None)
    check(
        np.abs(calls).max() > 2.3, "None of 2,400 numbers is beyond 2.3.", next_step=NORMAL, tag="another distribution"
    )
    check(np.mean(calls[0] == calls[1]) < 0.5, "The second call draws what the first one drew.", next_step=ANEW)
    for values in (np.sort(np.ravel(calls)), np.sort(calls.sum(axis=2), axis=None) / 2):
        # Kolmogorov's test: a distance of 2.7 over the root of the number comes once in a million grades.
        heights, shares = [NormalDist().cdf(value) for value in values], np.arange(len(values)) / len(values)
        distance = np.abs(np.array(heights) - shares).max() * len(values) ** 0.5
        problem = f"The mean of the numbers is {values.mean():.2g} and their standard deviation {values.std():.2g}."
        check(distance < 2.7, problem, next_step=NORMAL, tag="another distribution")


@pytest.mark.task(2)
def test_draws_in_training_only(submission, support, rng):
    """Begins with 0 outside training, as "zeros" does, where the first state is drawn in training."""
    weights, inputs = draw(rng, 2, 3), rng.normal(size=(4, 3, 2))
    zeros, layer = (make_layer(submission, support, weights, kind) for kind in ("zeros", "normal"))
    expected = assert_shape(zeros(inputs), (4, 3), next_step=SHAPE)
    drawn, used = (assert_shape(layer(inputs, training=flag), (4, 3), next_step=SHAPE) for flag in (True, None))
    tag = "none" if np.allclose(used, expected, atol=1e-4) else "turned round"
    check(np.abs(drawn - expected).max() > 1e-4, "In training the first state is 0.", next_step=DRAW, tag=tag)
    check_states(used, expected, MEAN)
    check_states(layer(inputs, training=False), expected, MEAN)


@pytest.mark.task(2)
def test_seed_decides(submission, support):
    """Draws the same for the same seed, call after call, and different ones for a different seed or none; 0 is a seed, too."""

    def draws(number):
        layer = make_transparent(submission, support, 3, number)
        return [first_states(layer, 2, 3, training=True) for _ in range(2)]

    first = assert_seeded(draws, 0, next_step=SEED)
    check(not np.allclose(first, draws(None)), "Without a seed the numbers are those of seed 0.", next_step=SEED)


@pytest.mark.task(3)
def test_gradient(submission, support, rng):
    """Passes the gradient back through four steps to the inputs and to all four weights."""
    weights, inputs, upstream = draw(rng, 2, 3), rng.normal(size=(2, 4, 2)), rng.normal(size=(2, 4, 3))
    layer, point = make_layer(submission, support, weights, "learned", True), {"inputs": inputs} | weights
    returned = support.gradients(layer, inputs, upstream, list(NAMES))
    expected = numeric_gradients(lambda point: np.vdot(upstream, unroll(**point)), point)
    for name, gradient in zip(point, assert_length(returned, 5, of="gradients"), strict=True):
        check(gradient is not None, f"No gradient flows back to {name}.", next_step=THROUGH)
        assert_close(gradient, expected[name], atol=1e-4, name=f"the gradient of {name}", next_step=THROUGH)


@pytest.mark.task(3)
def test_compiled(submission, support, rng):
    """Compiles for any batch and any time, and then computes as before."""
    weights = draw(rng, 3, 4)
    compiled = support.compile_layer(make_layer(submission, support, weights, "learned"), 3, False)
    problem = f"It cannot be compiled for inputs of shape (None, None, 3). {compiled}"
    check(callable(compiled), problem, next_step=COMPILED)
    for batch, time in [(3, 9), (1, 1), (4, 2)]:
        inputs = rng.normal(size=(batch, time, 3))
        check_states(compiled(inputs), unroll(inputs, *weights.values())[:, -1], LEARNED)


@pytest.mark.task(3)
def test_compiled_draw(submission, support, seed):
    """Draws anew in each call, and for each sequence, in compiled training too."""
    compiled = support.compile_layer(make_transparent(submission, support, 4, seed), 2, True)
    check(callable(compiled), f"In training it cannot be compiled. {compiled}", next_step=COMPILED)
    calls = [np.ravel(first_states(compiled, batch, 4)) for batch in (3, 3, 5)]
    distinct = len(np.unique(np.round(np.concatenate(calls), 4)))
    check(distinct > 36, f"In 11 first states of 4 units there are {distinct} different numbers.", next_step=COMPILED)


@pytest.mark.task(3)
def test_fit(submission, support, rng):
    """Moves all weights in `fit` as far as the gradient says, in two batches of which the last is smaller, and draws there."""
    weights, inputs, targets = draw(rng, 2, 3), rng.normal(size=(3, 4, 2)), rng.normal(size=(3, 3))

    def loss(point, part):
        return np.mean((unroll(inputs[part], **point)[:, -1] - targets[part]) ** 2)

    def descend(point):
        for part in (slice(2), slice(2, 3)):
            gradients = numeric_gradients(lambda point, part=part: loss(point, part), point)
            point = {name: point[name] - 0.5 * gradients[name] for name in point}
        return point

    fitted = support.fit(make_layer(submission, support, weights, "learned"), inputs, targets, 2, 0.5, list(NAMES))
    expected = descend(weights)
    for name, after in zip(NAMES, assert_length(fitted, 4, of="weights"), strict=True):
        assert_close(after, expected[name], atol=1e-4, name=f"{name} after two steps", next_step=THROUGH)
    layer = make_layer(submission, support, weights, "normal")
    drawn = support.fit(layer, inputs, targets, 2, 0.5, list(NAMES[:3]), run_eagerly=True)  # Compiling costs a second.
    expected = descend({name: weights[name] for name in NAMES[:3]})
    differs = not np.allclose(assert_finite(drawn[1], (3, 3), name=NAMES[1]), expected[NAMES[1]], atol=1e-4)
    check(
        differs, "In `fit` the first state is not drawn: it is 0.", next_step="Let `call` take `training`, from Keras."
    )
