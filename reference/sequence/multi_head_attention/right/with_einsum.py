"""Einsum names every axis, and -inf is kept away from rows with nothing to attend to."""

import keras
from keras import ops


def split_heads(inputs, num_heads):
    heads = ops.reshape(inputs, (ops.shape(inputs)[0], -1, num_heads, inputs.shape[-1] // num_heads))
    return ops.einsum("bthi->bhti", heads)


def join_heads(inputs):
    return ops.concatenate(ops.unstack(inputs, inputs.shape[1], axis=1), axis=-1)


def attend(queries, keys, values, mask=None):
    scores = ops.einsum("bhqi,bhki->bhqk", queries / ops.sqrt(float(queries.shape[-1])), keys)
    if mask is not None:
        mask = ops.convert_to_tensor(mask)[:, None]
        is_empty = ops.logical_not(ops.any(mask, axis=-1, keepdims=True))
        scores = ops.where(ops.logical_or(mask, is_empty), scores, -float("inf"))
        values_seen = ops.einsum("bhqk,bhkv->bhqv", ops.softmax(scores, axis=-1), values)
        return ops.where(is_empty, 0.0, values_seen)
    return ops.einsum("bhqk,bhkv->bhqv", ops.softmax(scores, axis=-1), values)


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
        kernels = (self.query_kernel, self.key_kernel, self.value_kernel)
        inputs = (query, key, value)
        parts = [split_heads(array @ kernel, self.num_heads) for array, kernel in zip(inputs, kernels, strict=True)]
        output_kernel = ops.reshape(self.output_kernel, (self.num_heads, self.value_dim, -1))
        return ops.einsum("bhqv,hvd->bqd", attend(*parts, attention_mask), output_kernel)
