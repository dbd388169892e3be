"""What `EncoderBlock` and `Encoder` must do.

Two layers, each with a formula and weights of sixteen kinds: hence more than 200 lines.
"""

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_length
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import numeric_gradient

LAYERS = "Make all five layers in `build`, where the depth is known, and build each of them there."
HEADS = "All heads together have `depth` entries: key_dim, which is for one head, is depth // num_heads."
SHAPE = "A block keeps the shape of its inputs; print the shape after each step."
FORMULA = (
    "Go through both equations: attention, plus its input, LN_1; then dense1, ReLU, dense2, plus their input, LN_2."
)
ATTENTION = "With FFN giving 0, the output is LN_2(LN_1(X + MHA(X, X, X))): look at the first equation."
FORWARD = "With MHA giving 0, only the second equation is at work, from Y = LN_1(X): what is added to FFN(Y)?"
NORM = "After each of the two sums comes a layer normalization of its own, over the last axis."
EPSILON = "Epsilon is 1e-6 here: name it when you make the normalizations, for Keras' default is 1e-3."
MASK = "Let `attention_mask` say which keys may be seen: True stays True, and all queries see the same keys."
SAME = "Use no dropout, in a sub-layer or in attention: in training a block gives the same."
STACK = "The output of one block is the input of the next, from `blocks[0]` on; all get the mask."
OWN = "Make a new `EncoderBlock` for each place in the list, without a seed."
COMPILED = "Use operations of Keras or TensorFlow only, and let them find batch and time: the shape does not know them."
THROUGH = "Use the five layers themselves, do not stop the gradient, and keep every block in the list `blocks`."


def random_weights(rng, depth, num_heads, hidden_units):
    """Weights of a block, with which no sub-layer drowns the other."""
    size = depth // num_heads
    projections = [(depth, num_heads, size), (num_heads, size)] * 3 + [(num_heads, size, depth), (depth,)]
    shapes = {
        "attention": projections,
        "norm1": [(depth,)] * 2,
        "dense1": [(depth, hidden_units), (hidden_units,)],
        "dense2": [(hidden_units, depth), (depth,)],
        "norm2": [(depth,)] * 2,
    }
    weights = {part: [rng.normal(size=shape) / depth**0.25 for shape in shapes[part]] for part in shapes}
    for norm in ("norm1", "norm2"):
        weights[norm][0] = rng.uniform(0.5, 1.5, size=depth)
    return weights


def silenced(weights, *parts):
    """The same weights, with a sub-layer that gives 0: its last kernel and bias are 0."""
    zeros = {part: [*weights[part][:-2], *(0 * array for array in weights[part][-2:])] for part in parts}
    return weights | zeros


def make_block(submission, support, weights):
    """A block that is built and has these weights."""
    depth, num_heads, _ = weights["attention"][0].shape
    block = submission.EncoderBlock(num_heads=num_heads, hidden_units=weights["dense1"][1].size)
    block.build((None, None, depth))
    check_shapes(support, block, weights)
    support.set_weights(block, weights)
    return block


def check_shapes(support, block, weights):
    found = support.weights(block)
    for part, arrays in weights.items():
        kinds = assert_length(found[part], len(arrays), of=f"weights of {part}", next_step=LAYERS)
        for array, wanted in zip(kinds, arrays, strict=True):
            step = HEADS if part == "attention" else LAYERS
            assert_shape(array, wanted.shape, name=f"a weight of {part}", next_step=step)


def make_encoder(submission, support, stack):
    """A stack that is built and whose blocks have these weights."""
    depth, num_heads, _ = stack[0]["attention"][0].shape
    encoder = submission.Encoder(len(stack), num_heads=num_heads, hidden_units=stack[0]["dense1"][1].size)
    encoder.build((None, None, depth))
    blocks = assert_length(encoder.blocks, len(stack), of="blocks", next_step=OWN)
    assert_length(encoder.trainable_weights, 16 * len(stack), of="trainable weights", next_step=OWN)
    kernels = [np.ravel(assert_finite(block.dense1.kernel)) for block in blocks]
    same = len(stack) > 1 and np.allclose(kernels[0], kernels[1])
    check(not same, "Two blocks have the same kernel of dense1 from the start.", next_step=OWN)
    for block, weights in zip(blocks, stack, strict=True):
        check_shapes(support, block, weights)
        support.set_weights(block, weights)
    return encoder


def normalize(rows, gamma, beta):
    centred = rows - rows.mean(axis=-1, keepdims=True)
    return gamma * centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-6) + beta


def encode(sequence, weights, seen=None):
    """One block for one sequence, head by head; `seen` are the numbers of the elements that may be attended to."""
    attention, (first, first_bias), (second, second_bias) = (weights[x] for x in ("attention", "dense1", "dense2"))
    queries, keys, values = (
        np.tensordot(sequence, attention[i], 1).swapaxes(0, 1) + attention[i + 1][:, None] for i in (0, 2, 4)
    )
    if seen is not None:
        keys, values = keys[:, seen], values[:, seen]
    scores = np.exp(queries @ keys.swapaxes(1, 2) / queries.shape[2] ** 0.5)
    heads = scores / scores.sum(axis=2, keepdims=True) @ values
    middle = sequence + attention[7] + sum(head @ kernel for head, kernel in zip(heads, attention[6], strict=True))
    middle = normalize(middle, *weights["norm1"])
    hidden = np.clip(middle @ first + first_bias, 0, None)
    return normalize(middle + hidden @ second + second_bias, *weights["norm2"])


def run(inputs, stack, mask=None):
    """What a stack gives for a batch."""
    outputs = []
    for i, sequence in enumerate(inputs):
        outputs.append(sequence)
        for weights in stack:
            outputs[i] = encode(outputs[i], weights, None if mask is None else np.flatnonzero(mask[i]))
    return np.array(outputs)


def random_mask(rng, batch, time):
    """Real elements at any places, one at least in each sequence, and padding in the first of two or more."""
    mask = rng.random((batch, time)) < 0.6
    mask[np.arange(batch), rng.integers(time, size=batch)] = True
    mask[0, rng.permutation(time)[: time // 2]] = False
    mask[0, rng.permutation(np.flatnonzero(~mask[0]))[: int(not mask[0].any())]] = True
    return mask


def check_outputs(outputs, expected, mask=None, next_step=FORMULA, tag=None):
    outputs = assert_finite(assert_shape(outputs, expected.shape, next_step=SHAPE))
    mask = np.ones(expected.shape[:2], dtype=bool) if mask is None else mask
    name = None if mask.all() else "the outputs of the real elements"
    assert_close(outputs[mask], expected[mask], rtol=1e-3, atol=1e-4, name=name, next_step=next_step, tag=tag)


@pytest.mark.task(1)
def test_block(submission, support, rng):
    """Computes a block of sixteen weights, part by part where the others give 0, and whole, for any batch and any time."""
    weights, inputs = random_weights(rng, 12, 3, 5), rng.normal(size=(2, 4, 12))
    block, silent = make_block(submission, support, weights), silenced(weights, "attention", "dense2")
    assert_length(block.trainable_weights, 16, of="trainable weights", next_step=LAYERS)
    small = silent | {"norm1": [np.full(12, 3e-3), np.zeros(12)]}
    for values, size, next_step in [
        (silent, 3.0, NORM),
        (small, 3e-3, EPSILON),
        (silenced(weights, "dense2"), 3.0, ATTENTION),
        (silenced(weights, "attention"), 3.0, FORWARD),
    ]:
        support.set_weights(block, values)
        check_outputs(block(size * inputs), run(size * inputs, [values]), next_step=next_step)
    support.set_weights(block, weights)
    for shape in [(2, 4), (3, 3), (2, 1)]:
        inputs = rng.normal(size=(*shape, 12))
        check_outputs(block(inputs), run(inputs, [weights]))
    check_outputs(block(inputs, training=True), run(inputs, [weights]), next_step=SAME, tag="training")


@pytest.mark.task(2)
def test_mask(submission, support, rng):
    """Attends to real elements only, wherever they are, whatever the padding holds."""
    weights = random_weights(rng, 4, 1, 5)
    block = make_block(submission, support, weights)
    for batch, time in [(4, 4), (3, 7), (1, 2)]:
        inputs, mask = rng.normal(size=(batch, time, 4)), random_mask(rng, batch, time)
        inputs[~mask] *= 20
        check_outputs(block(inputs, sequence_mask=mask), run(inputs, [weights], mask), mask, next_step=MASK)


@pytest.mark.task(3)
def test_stack(submission, support, rng):
    """Puts two blocks with weights of their own one on top of the other, without a mask and with one."""
    stack, inputs = [random_weights(rng, 4, 2, 3) for _ in range(2)], rng.normal(size=(2, 5, 4))
    encoder, mask = make_encoder(submission, support, stack), random_mask(rng, 2, 5)
    check_outputs(encoder(inputs), run(inputs, stack), next_step=STACK)
    check_outputs(encoder(inputs, sequence_mask=mask), run(inputs, stack, mask), mask, next_step=STACK)


@pytest.mark.task(3)
def test_gradient(submission, support, rng):
    """Passes the gradient of a block back to the inputs and to all sixteen weights."""
    weights, inputs, upstream = random_weights(rng, 4, 2, 3), rng.normal(size=(1, 3, 4)), rng.normal(size=(1, 3, 4))
    block = make_block(submission, support, weights)
    check_gradients(support.gradients(block, inputs, upstream), inputs, upstream, weights, rng)


@pytest.mark.task(3)
def test_fit(submission, support, rng):
    """Compiles with a mask, for any batch and any time and for one block too, and is trained by `fit`."""
    stack = [random_weights(rng, 4, 2, 3) for _ in range(2)]
    compiled = support.compile_layer(make_encoder(submission, support, stack[:1]), 4)
    problem = f"It cannot be compiled for inputs of shape (None, None, 4). {compiled}"
    check(callable(compiled), problem, next_step=COMPILED)
    for batch, time in [(2, 5), (3, 1)]:
        inputs, mask = rng.normal(size=(batch, time, 4)), random_mask(rng, batch, time)
        check_outputs(compiled(inputs, mask), run(inputs, stack[:1], mask), mask, next_step=COMPILED)
    encoder, (inputs, targets), mask = (
        make_encoder(submission, support, stack),
        rng.normal(size=(2, 3, 4, 4)),
        random_mask(rng, 3, 4),
    )
    fitted = support.fit(encoder, inputs, mask, targets, batch_size=2, learning_rate=0.1)
    for i, (before, after) in enumerate(zip(stack, fitted, strict=True)):
        for part, arrays in before.items():
            moved = np.abs(np.ravel(after[part][-2]) - np.ravel(arrays[-2])).max()
            check(moved > 1e-5, f"`fit` has not changed {part} of block {i}.", next_step=THROUGH)


def check_gradients(returned, inputs, upstream, weights, rng):
    """Compares all gradients of sum(upstream * output) with differences, each in one direction at random."""
    by_inputs, by_weights = returned
    wanted = {"the inputs": (by_inputs, lambda x: run(x, [weights]), inputs)}
    for part, arrays in weights.items():
        for i, array in enumerate(arrays):

            def changed(x, part=part, others=(arrays[:i], arrays[i + 1 :])):
                return run(inputs, [weights | {part: [*others[0], x, *others[1]]}])

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
