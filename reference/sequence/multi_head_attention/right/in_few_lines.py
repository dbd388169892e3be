import keras
import numpy as np
from keras import ops


def split_heads(inputs, num_heads):
    batch, time, width = ops.shape(inputs)
    heads = ops.reshape(inputs, (batch, time, num_heads, width // num_heads))
    return ops.transpose(heads, (0, 2, 1, 3))


def join_heads(inputs):
    batch, num_heads, time, width = ops.shape(inputs)
    rows = ops.transpose(inputs, (0, 2, 1, 3))
    return ops.reshape(rows, (batch, time, num_heads * width))


def attend(queries, keys, values, mask=None):
    scores = ops.matmul(queries, ops.transpose(keys, (0, 1, 3, 2)))
    scores = scores / np.sqrt(queries.shape[-1]).astype("float32")
    if mask is not None:
        mask = ops.expand_dims(mask, 1)
        scores = ops.where(mask, scores, -3e38)
    weights = ops.softmax(scores, axis=-1)
    if mask is not None:
        weights = weights * ops.cast(mask, "float32")
    return ops.matmul(weights, values)


class MultiHeadAttention(keras.layers.Layer):
    def __init__(self, num_heads, key_dim, value_dim=None, **kwargs):
        super().__init__(**kwargs)
        self.num_heads, self.key_dim, self.value_dim = num_heads, key_dim, value_dim or key_dim

    def build(self, query_shape, key_shape, value_shape):
        self.query_kernel = self.add_weight(shape=(query_shape[-1], self.num_heads * self.key_dim))
        self.key_kernel = self.add_weight(shape=(key_shape[-1], self.num_heads * self.key_dim))
        self.value_kernel = self.add_weight(shape=(value_shape[-1], self.num_heads * self.value_dim))
        self.output_kernel = self.add_weight(shape=(self.num_heads * self.value_dim, query_shape[-1]))

    def call(self, query, key, value, attention_mask=None):
        queries = split_heads(query @ self.query_kernel, self.num_heads)
        keys = split_heads(key @ self.key_kernel, self.num_heads)
        values = split_heads(value @ self.value_kernel, self.num_heads)
        outputs = join_heads(attend(queries, keys, values, attention_mask))
        return outputs @ self.output_kernel
