"""`self_attention` against two layers of Keras: its attention without weights, and multi-head attention with one head."""

import keras
import numpy as np
import pytest

# Keras warns of a softmax over one key, as in a sequence of one element.
pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax over axis")

# batch, time, depth, key_dim, value_dim
SIZES = [(2, 5, 4, 3, 6), (3, 1, 2, 5, 1), (1, 9, 1, 1, 1), (2, 4, 7, 64, 2)]


@pytest.fixture
def kata(load):
    return load("sequence/self_attention")


@pytest.mark.parametrize(("batch", "time", "depth", "key_dim", "value_dim"), SIZES)
def test_outputs_are_those_of_attention_in_keras(kata, rng, batch, time, depth, key_dim, value_dim):
    layer = kata.SelfAttention(key_dim, value_dim)
    inputs = 2 * rng.normal(size=(batch, time, depth)).astype("float32")
    outputs = layer(inputs)
    queries, keys, values = (inputs @ np.array(weight) for weight in layer.get_weights())
    expected = keras.layers.Attention()([queries / np.sqrt(key_dim), values, keys])
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("batch", "time", "depth", "key_dim", "value_dim"), SIZES)
def test_outputs_are_those_of_one_head_in_keras(kata, rng, batch, time, depth, key_dim, value_dim):
    layer = kata.SelfAttention(key_dim, value_dim)
    inputs = 2 * rng.normal(size=(batch, time, depth)).astype("float32")
    outputs = layer(inputs)
    head = keras.layers.MultiHeadAttention(1, key_dim, value_dim, use_bias=False, output_shape=value_dim)
    head.build(inputs.shape, inputs.shape)
    query, key, value = (np.array(kernel)[:, None, :] for kernel in layer.get_weights())
    head.set_weights([query, key, value, np.eye(value_dim)[None]])
    np.testing.assert_allclose(outputs, head(inputs, inputs), rtol=1e-4, atol=1e-5)
