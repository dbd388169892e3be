"""`multi_head_attention` against Keras' own layer, by both of its ways to compute, and its einsum against ours.

Keras 3.15 adds a bias of shape (h, 1) to a tensor of shape (b, T, h, 1) along the wrong axis where T is h, so that its layer
is wrong for heads of size 1 *with biases*. There are none here, and those sizes are compared too.
"""

import keras
import numpy as np
import pytest

# Keras warns of a softmax over one key, as in a sequence of one element.
pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax over axis")

# batch, heads, query time, key time, key_dim, value_dim, depths of query, key and value
SIZES = [
    (2, 3, 4, 5, 6, 2, (7, 3, 4)),
    (1, 1, 1, 1, 1, 1, (1, 1, 1)),
    (3, 3, 3, 3, 1, 1, (3, 3, 3)),
    (2, 4, 5, 1, 2, 3, (4, 4, 4)),
    (1, 8, 9, 16, 4, 4, (8, 8, 8)),
]


@pytest.fixture
def kata(load):
    return load("sequence/multi_head_attention")


def make_both(kata, rng, heads, key_dim, value_dim, depths):
    """Our layer and Keras', with the same weights."""
    ours = kata.MultiHeadAttention(heads, key_dim, value_dim)
    ours.build(*((None, None, depth) for depth in depths))
    ours.set_weights([rng.normal(size=weight.shape) for weight in ours.weights])
    theirs = keras.layers.MultiHeadAttention(heads, key_dim, value_dim, use_bias=False)
    query, key, value = ((None, None, depth) for depth in depths)
    theirs.build(query, value, key)
    kernels = [np.array(weight) for weight in ours.get_weights()]
    shapes = [(depth, heads, -1) for depth in depths] + [(heads, value_dim, -1)]
    named = dict(zip(("query", "key", "value", "output"), map(np.reshape, kernels, shapes), strict=True))
    for name, kernel in named.items():
        getattr(theirs, f"{name}_dense").kernel.assign(kernel)
    return ours, theirs


@pytest.mark.parametrize("with_mask", [False, True])
@pytest.mark.parametrize("with_scores", [False, True])
@pytest.mark.parametrize(("batch", "heads", "query_time", "key_time", "key_dim", "value_dim", "depths"), SIZES)
def test_outputs_are_those_of_keras(
    kata, rng, batch, heads, query_time, key_time, key_dim, value_dim, depths, with_scores, with_mask
):
    ours, theirs = make_both(kata, rng, heads, key_dim, value_dim, depths)
    times = (query_time, key_time, key_time)
    query, key, value = (
        rng.normal(size=(batch, time, depth)).astype("float32") for time, depth in zip(times, depths, strict=True)
    )
    mask = rng.random((batch, query_time, key_time)) < 0.6
    mask[:, :, 0] |= ~mask.any(axis=-1)
    mask = mask if with_mask else None
    outputs = ours(query, key, value, attention_mask=mask)
    expected = theirs(query, value, key, attention_mask=mask, return_attention_scores=with_scores)
    np.testing.assert_allclose(outputs, expected[0] if with_scores else expected, rtol=1e-4, atol=1e-4)


def test_nothing_to_attend_to_gives_zeros_as_in_one_way_of_keras(kata, rng):
    ours, theirs = make_both(kata, rng, 3, 4, 2, (5, 5, 5))
    inputs, mask = rng.normal(size=(2, 6, 5)).astype("float32"), rng.random((2, 6, 6)) < 0.5
    mask[0, 2], mask[1] = False, False
    outputs = ours(inputs, inputs, inputs, attention_mask=mask)
    expected, _ = theirs(inputs, inputs, attention_mask=mask, return_attention_scores=True)
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(np.array(outputs)[1], 0.0)


@pytest.mark.parametrize("with_mask", [False, True])
def test_attend_is_the_operation_of_keras(kata, rng, with_mask):
    queries, keys = (rng.normal(size=(2, 3, time, 4)).astype("float32") for time in (5, 7))
    values, mask = rng.normal(size=(2, 3, 7, 4)).astype("float32"), np.ones((2, 5, 7), bool)
    if with_mask:
        mask = rng.random(mask.shape) < 0.5
        mask[:, :, 3] = True
    parts = [np.swapaxes(part, 1, 2) for part in (queries, keys, values)]
    expected = keras.ops.dot_product_attention(*parts, mask=mask[:, None])
    outputs = kata.attend(queries, keys, values, mask if with_mask else None)
    np.testing.assert_allclose(outputs, np.swapaxes(expected, 1, 2), rtol=1e-4, atol=1e-5)
