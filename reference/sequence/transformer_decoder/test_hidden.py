"""What `DecoderBlock` must do.

A formula with weights of twenty-six kinds, and what must not be seen: hence more than 200 lines.
"""

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_length
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import numeric_gradient

ATTENTIONS, NORMS = ("self_attention", "cross_attention"), ("norm1", "norm2", "norm3")
LAYERS = "Make all seven layers in `build`, where the depth is known, each a new one, and build each of them there."
HEADS = "All heads together have `depth` entries: key_dim, which is for one head, is depth // num_heads."
SHAPE = "The output has the shape of the targets; print the shape after each step."
FORMULA = "Go through all three equations: what goes in, what is added to the result, and which normalization follows?"
ALONE = {
    "self_attention": "Here only MHA_1 is at work: look at the first equation, and at the normalization after it.",
    "cross_attention": "Here only MHA_2 is at work: which sequence asks, which answers, and what is added?",
    "dense2": "Here only FFN is at work: B goes in, dense1, ReLU, dense2, and B is added.",
}
EPSILON = "Epsilon is 1e-6 here: name it when you make the normalizations, for Keras' default is 1e-3."
PAST = "In MHA_1 element i may attend to itself and to those before it: give attention a causal mask, always."
SAME = "Use no dropout, in a sub-layer or in attention: in training a block gives the same."
WHOLE = "MHA_2 sees the whole memory, from the first element on: there is no causal mask there."
MASK = "`memory_mask` belongs to MHA_2, over its keys: True stays True, and all queries see the same keys."
COMPILED = (
    "Use operations of Keras or TensorFlow only, and let them find batch and lengths: the shapes do not know them."
)
THROUGH = "Use the seven layers themselves, and do not stop the gradient, neither to the targets nor to the memory."


def random_weights(rng, depth, num_heads, hidden_units):
    """Weights of a block, with which no sub-layer drowns the others."""
    size = depth // num_heads
    attention = [(depth, num_heads, size), (num_heads, size)] * 3 + [(num_heads, size, depth), (depth,)]
    shapes = dict.fromkeys(ATTENTIONS, attention) | {name: [(depth,)] * 2 for name in NORMS}
    shapes |= {"dense1": [(depth, hidden_units), (hidden_units,)], "dense2": [(hidden_units, depth), (depth,)]}
    weights = {part: [rng.normal(size=shape) / depth**0.25 for shape in shapes[part]] for part in shapes}
    for norm in NORMS:
        weights[norm][0] = rng.uniform(0.5, 1.5, size=depth)
    return weights


def only(weights, *parts):
    """The same weights, but sub-layers of other names give 0: their last kernel and bias are 0."""
    others = [part for part in (*ATTENTIONS, "dense2") if part not in parts]
    return weights | {part: [*weights[part][:-2], *(0 * array for array in weights[part][-2:])] for part in others}


def random_input(rng, batch, target_time, memory_time, depth):
    return rng.normal(size=(batch, target_time, depth)), rng.normal(size=(batch, memory_time, depth))


def make_block(submission, support, weights):
    """A block that is built and has these weights."""
    depth, num_heads, _ = weights["self_attention"][0].shape
    block = submission.DecoderBlock(num_heads=num_heads, hidden_units=weights["dense1"][1].size)
    block.build((None, None, depth))
    check_shapes(support, block, weights)
    support.set_weights(block, weights)
    return block


def check_shapes(support, block, weights):
    found = support.weights(block)
    for part, arrays in weights.items():
        kinds = assert_length(found[part], len(arrays), of=f"weights of {part}", next_step=LAYERS)
        for array, wanted in zip(kinds, arrays, strict=True):
            step = HEADS if part in ATTENTIONS else LAYERS
            assert_shape(array, wanted.shape, name=f"a weight of {part}", next_step=step)


def attend(query, rows, weights):
    """What one element gets from some rows, head by head."""
    outputs = weights[7]
    for head in range(weights[0].shape[1]):
        asked = query @ weights[0][:, head] + weights[1][head]
        keys, values = rows @ weights[2][:, head] + weights[3][head], rows @ weights[4][:, head] + weights[5][head]
        scores = np.exp(keys @ asked / asked.size**0.5)
        outputs = outputs + scores @ values / scores.sum() @ weights[6][head]
    return outputs


def normalize(row, gamma, beta):
    centred = row - row.mean()
    return gamma * centred / np.sqrt((centred**2).mean() + 1e-6) + beta


def decode(targets, memory, weights):
    """One block for one sequence, element by element, from what may be seen."""
    outputs = []
    (first, first_bias), (second, second_bias) = weights["dense1"], weights["dense2"]
    for i, target in enumerate(targets):
        row = normalize(target + attend(target, targets[: i + 1], weights["self_attention"]), *weights["norm1"])
        row = normalize(row + attend(row, memory, weights["cross_attention"]), *weights["norm2"])
        hidden = np.clip(row @ first + first_bias, 0, None)
        outputs.append(normalize(row + hidden @ second + second_bias, *weights["norm3"]))
    return np.array(outputs)


def run(targets, memory, weights, mask=None):
    """What a block gives for a batch."""
    mask = np.ones(memory.shape[:2], dtype=bool) if mask is None else mask
    return np.array([decode(y, m[seen], weights) for y, m, seen in zip(targets, memory, mask, strict=True)])


def random_mask(rng, batch, time):
    """Real elements at any places, one at least in each row, and padding in the first of two or more."""
    mask = rng.random((batch, time)) < 0.6
    mask[0] = True
    mask[0, rng.permutation(time)[: time // 2]] = False
    mask[np.arange(batch), np.argmax(rng.random((batch, time)) * np.where(mask, 2, 1), axis=1)] = True
    return mask


def check_outputs(outputs, expected, next_step=FORMULA, name=None, tag=None):
    outputs = assert_finite(assert_shape(outputs, expected.shape, next_step=SHAPE))
    assert_close(outputs, expected, rtol=1e-3, atol=1e-4, name=name, next_step=next_step, tag=tag)


@pytest.mark.task(1)
def test_block(submission, support, rng):
    """Computes a block of twenty-six weights, for any lengths: first part by part, where the others give 0, then whole."""
    weights, (y, m) = random_weights(rng, 12, 3, 5), random_input(rng, 2, 4, 3, 12)
    block, silent = make_block(submission, support, weights), only(weights)
    assert_length(block.trainable_weights, 26, of="trainable weights", next_step=LAYERS)
    small = silent | {norm: [np.full(12, 3e-3), np.zeros(12)] for norm in NORMS[:2]}
    for values, size, next_step in [
        (small, 3e-3, EPSILON),
        *((only(weights, part), 3.0, ALONE[part]) for part in ALONE),
    ]:
        support.set_weights(block, values)
        check_outputs(block(size * y, 3 * m), run(size * y, 3 * m, values), next_step)
    support.set_weights(block, weights)
    for shape in [(3, 3, 3), (2, 1, 4)]:
        y, m = random_input(rng, *shape, 12)
        check_outputs(block(y, m), run(y, m, weights))


@pytest.mark.task(2)
def test_no_look_ahead(submission, support, rng):
    """Changes the output of an element that changes, and none before it; in training, in use, and for a first element alone."""
    weights, (y, m) = random_weights(rng, 4, 2, 5), random_input(rng, 2, 6, 3, 4)
    block, changed, other = make_block(submission, support, weights), int(rng.integers(1, 6)), y.copy()
    other[:, changed] = 5 * rng.normal(size=(2, 4))
    name, alone = "the output for the first target alone", run(y[:, :1], m, weights)
    check_outputs(block(y[:, :1], m), alone, WHOLE, name)
    check_outputs(block(y[:, :1], m, training=True), alone, SAME, f"{name}, in training", tag="dropout")
    check_outputs(block(y, m, training=True), run(y, m, weights), PAST, "the outputs in training")
    before, after = (assert_finite(assert_shape(block(x, m), y.shape, next_step=SHAPE)) for x in (y, other))
    name = f"the outputs before element {changed}, which has changed,"
    check_outputs(after[:, :changed], before[:, :changed], PAST, name)
    moved = np.abs(after[:, changed] - before[:, changed]).max(axis=1).min()
    check(moved > 1e-3, "The element's own output has not changed.", next_step=PAST)


@pytest.mark.task(3)
def test_mask(submission, support, rng):
    """Sees only the real elements of the memory, wherever they are, whatever the padding holds."""
    weights = random_weights(rng, 4, 1, 5)
    block = make_block(submission, support, weights)
    for shape in [(3, 3, 3), (2, 3, 5), (1, 6, 2)]:
        (y, m), mask = random_input(rng, *shape, 4), random_mask(rng, shape[0], shape[2])
        m[~mask] *= 20
        check_outputs(block(y, m, memory_mask=mask), run(y, m, weights, mask), MASK)


@pytest.mark.task(4)
def test_gradient(submission, support, rng):
    """Passes the gradient back to the targets, to the memory and to all twenty-six weights."""
    weights, (y, m) = random_weights(rng, 4, 2, 3), random_input(rng, 1, 2, 2, 4)
    block, upstream = make_block(submission, support, weights), rng.normal(size=y.shape)
    check_gradients(support.gradients(block, y, m, upstream), y, m, upstream, weights, rng)


@pytest.mark.task(4)
def test_fit(submission, support, rng):
    """Compiles with a mask, for any batch and any lengths, and is trained by `fit`."""
    weights = random_weights(rng, 4, 2, 3)
    block = make_block(submission, support, weights)
    compiled = support.compile_layer(block, 4)
    problem = f"It cannot be compiled for sequences of shape (None, None, 4). {compiled}"
    check(callable(compiled), problem, next_step=COMPILED)
    for shape in [(2, 3, 5), (3, 1, 1)]:
        others, mask = random_input(rng, *shape, 4), random_mask(rng, shape[0], shape[2])
        check_outputs(compiled(*others, mask), run(*others, weights, mask), COMPILED)
    (y, m), mask, wanted = random_input(rng, 3, 4, 5, 4), random_mask(rng, 3, 5), rng.normal(size=(3, 4, 4))
    fitted = support.fit(block, y, m, mask, wanted, batch_size=2, learning_rate=0.1)
    for part, arrays in weights.items():
        moved = np.abs(np.ravel(fitted[part][-2]) - np.ravel(arrays[-2])).max()
        check(moved > 1e-5, f"`fit` has not changed {part}.", next_step=THROUGH)


def check_gradients(returned, y, m, upstream, weights, rng):
    """Compares all gradients of sum(upstream * output) with differences, each in one direction at random."""
    by_targets, by_memory, by_weights = returned
    wanted = {
        "the targets": (by_targets, lambda x: run(x, m, weights), y),
        "the memory": (by_memory, lambda x: run(y, x, weights), m),
    }
    for part, arrays in weights.items():
        for i, array in enumerate(arrays):

            def changed(x, part=part, others=(arrays[:i], arrays[i + 1 :])):
                return run(y, m, weights | {part: [*others[0], x, *others[1]]})

            wanted[f"weight {i} of {part}"] = (by_weights[part][i], changed, array)
    for name, (gradient, function, point) in wanted.items():
        check(gradient is not None, f"No gradient flows back to {name}.", next_step=THROUGH)
        found, direction = (
            assert_finite(gradient, point.shape, name=f"the gradient of {name}"),
            rng.normal(size=point.shape),
        )
        slope = numeric_gradient(lambda t, f=function, x=point, d=direction: np.vdot(upstream, f(x + t * d)), 0.0)
        what = f"the slope by {name}, in a random direction"
        assert_close(np.vdot(found, direction), slope, rtol=1e-3, atol=2e-3, name=what, next_step=THROUGH)
