"""Self-attention: every element of a sequence asks all the others."""

import keras
from keras import ops


class SelfAttention(keras.layers.Layer):
    """Makes queries, keys and values of a sequence, and lets each element attend to all of them."""

    def __init__(self, key_dim: int, value_dim: int, **kwargs):
        """Keeps the settings."""
        super().__init__(**kwargs)
        self.key_dim = key_dim
        self.value_dim = value_dim

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the three kernels; Keras calls it before the first `call`."""
        depth = input_shape[-1]
        self.query_kernel = self.add_weight(name="query_kernel", shape=(depth, self.key_dim))
        self.key_kernel = self.add_weight(name="key_kernel", shape=(depth, self.key_dim))
        self.value_kernel = self.add_weight(name="value_kernel", shape=(depth, self.value_dim))

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Lets every element of each sequence attend to the whole sequence."""
        queries = ops.matmul(inputs, self.query_kernel)
        keys = ops.matmul(inputs, self.key_kernel)
        values = ops.matmul(inputs, self.value_kernel)
        scores = ops.matmul(queries, ops.swapaxes(keys, 1, 2)) / self.key_dim**0.5
        return ops.matmul(ops.softmax(scores, axis=-1), values)
