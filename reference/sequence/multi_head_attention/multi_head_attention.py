"""Multi-head attention: several heads look at one sequence, each in its own way."""

import keras
import numpy as np
from keras import ops


def split_heads(inputs: keras.KerasTensor, num_heads: int) -> keras.KerasTensor:
    """Gives each head its own part of every row."""
    batch, time, _ = ops.shape(inputs)
    return ops.swapaxes(ops.reshape(inputs, (batch, time, num_heads, inputs.shape[-1] // num_heads)), 1, 2)


def join_heads(inputs: keras.KerasTensor) -> keras.KerasTensor:
    """Puts the heads side by side again; the inverse of `split_heads`."""
    _, num_heads, _, width = inputs.shape
    batch, _, time, _ = ops.shape(inputs)
    return ops.reshape(ops.swapaxes(inputs, 1, 2), (batch, time, num_heads * width))


def attend(
    queries: keras.KerasTensor,
    keys: keras.KerasTensor,
    values: keras.KerasTensor,
    mask: keras.KerasTensor | None = None,
) -> keras.KerasTensor:
    """Lets every query of every head attend to those keys of its own head and sequence that it may see."""
    scores = ops.matmul(queries, ops.swapaxes(keys, -1, -2)) / queries.shape[-1] ** 0.5
    if mask is None:
        return ops.matmul(ops.softmax(scores), values)
    mask = ops.expand_dims(mask, 1)
    weights = ops.softmax(ops.where(mask, scores, np.finfo("float32").min))
    return ops.matmul(ops.where(mask, weights, 0.0), values)


class MultiHeadAttention(keras.layers.Layer):
    """Projects queries, keys and values for each head, attends, and mixes what the heads have found."""

    def __init__(self, num_heads: int, key_dim: int, value_dim: int | None = None, **kwargs):
        """Keeps the settings."""
        super().__init__(**kwargs)
        self.num_heads, self.key_dim = num_heads, key_dim
        self.value_dim = key_dim if value_dim is None else value_dim

    def build(self, query_shape: tuple, key_shape: tuple, value_shape: tuple) -> None:
        """Makes the four kernels; Keras calls it before the first `call`, with the shapes of its arguments."""
        keys, values = self.num_heads * self.key_dim, self.num_heads * self.value_dim
        self.query_kernel = self.add_weight(name="query_kernel", shape=(query_shape[-1], keys))
        self.key_kernel = self.add_weight(name="key_kernel", shape=(key_shape[-1], keys))
        self.value_kernel = self.add_weight(name="value_kernel", shape=(value_shape[-1], values))
        self.output_kernel = self.add_weight(name="output_kernel", shape=(values, query_shape[-1]))

    def call(
        self,
        query: keras.KerasTensor,
        key: keras.KerasTensor,
        value: keras.KerasTensor,
        attention_mask: keras.KerasTensor | None = None,
    ) -> keras.KerasTensor:
        """Attends with all heads. Mind the order: query, key, value."""
        queries = split_heads(ops.matmul(query, self.query_kernel), self.num_heads)
        keys = split_heads(ops.matmul(key, self.key_kernel), self.num_heads)
        values = split_heads(ops.matmul(value, self.value_kernel), self.num_heads)
        outputs = attend(queries, keys, values, attention_mask)
        return ops.matmul(join_heads(outputs), self.output_kernel)
