"""Three dense layers without a bias do the projections, and the queries are scaled before the product."""

import keras
from keras import ops


class SelfAttention(keras.layers.Layer):
    def __init__(self, key_dim, value_dim, **kwargs):
        super().__init__(**kwargs)
        self.to_query = keras.layers.Dense(key_dim, use_bias=False)
        self.to_key = keras.layers.Dense(key_dim, use_bias=False)
        self.to_value = keras.layers.Dense(value_dim, use_bias=False)
        self.softmax = keras.layers.Softmax()

    def build(self, input_shape):
        for dense in (self.to_query, self.to_key, self.to_value):
            dense.build(input_shape)
        self.query_kernel = self.to_query.kernel
        self.key_kernel = self.to_key.kernel
        self.value_kernel = self.to_value.kernel

    def call(self, inputs):
        queries = self.to_query(inputs) / ops.sqrt(float(self.to_query.units))
        scores = ops.einsum("bid,bjd->bij", queries, self.to_key(inputs))
        return ops.einsum("bij,bjd->bid", self.softmax(scores), self.to_value(inputs))
