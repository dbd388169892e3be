import keras
from keras import ops


class SelfAttention(keras.layers.Layer):
    def __init__(self, key_dim, value_dim, **kwargs):
        super().__init__(**kwargs)
        self.key_dim, self.value_dim = key_dim, value_dim

    def build(self, input_shape):
        self.query_kernel = self.add_weight(shape=(input_shape[-1], self.key_dim))
        self.key_kernel = self.add_weight(shape=(input_shape[-1], self.key_dim))
        self.value_kernel = self.add_weight(shape=(input_shape[-1], self.value_dim))

    def call(self, inputs):
        queries, keys, values = inputs @ self.query_kernel, inputs @ self.key_kernel, inputs @ self.value_kernel
        scores = queries @ ops.transpose(keys, (0, 2, 1)) / self.key_dim**0.5
        return ops.softmax(scores, axis=-1) @ values
