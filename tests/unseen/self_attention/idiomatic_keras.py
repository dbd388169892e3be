"""Self-attention: every element of a sequence asks all the others."""

import math

import keras
from keras import ops


class SelfAttention(keras.layers.Layer):
    """Makes queries, keys and values of a sequence, and lets each element attend to all of them."""

    def __init__(self, key_dim, value_dim, **kwargs):
        super().__init__(**kwargs)
        self.key_dim = key_dim
        self.value_dim = value_dim

    def build(self, input_shape):
        depth = input_shape[-1]
        self.query_kernel = self.add_weight(name="query_kernel", shape=(depth, self.key_dim))
        self.key_kernel = self.add_weight(name="key_kernel", shape=(depth, self.key_dim))
        self.value_kernel = self.add_weight(name="value_kernel", shape=(depth, self.value_dim))

    def call(self, inputs):
        queries = ops.matmul(inputs, self.query_kernel)
        keys = ops.matmul(inputs, self.key_kernel)
        values = ops.matmul(inputs, self.value_kernel)
        scores = ops.matmul(queries, ops.transpose(keys, (0, 2, 1)))
        scores = scores / math.sqrt(self.key_dim)
        weights = ops.softmax(scores, axis=-1)
        return ops.matmul(weights, values)
