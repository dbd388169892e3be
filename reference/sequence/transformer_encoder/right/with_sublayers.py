"""The two sub-layers as methods, and one function that puts the residual connection and the normalization around either."""

import keras
from keras import layers
from keras import ops


def add_and_normalize(inputs, function, norm):
    return norm(layers.add([inputs, function(inputs)]))


class EncoderBlock(keras.layers.Layer):
    def __init__(self, num_heads, hidden_units, **kwargs):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.dense1 = layers.Dense(hidden_units, activation="relu")
        self.norm1, self.norm2 = (layers.LayerNormalization(axis=-1, epsilon=1e-6) for _ in range(2))
        self.supports_masking = True

    def build(self, input_shape):
        size = input_shape[-1] // self.num_heads
        self.attention = layers.MultiHeadAttention(num_heads=self.num_heads, key_dim=size, value_dim=size)
        self.attention.build(query_shape=input_shape, value_shape=input_shape, key_shape=input_shape)
        self.dense2 = layers.Dense(input_shape[-1])
        self.dense2.build((*input_shape[:-1], self.dense1.units))
        for layer in (self.dense1, self.norm1, self.norm2):
            layer.build(input_shape)

    def feed_forward(self, inputs):
        return self.dense2(self.dense1(inputs))

    def call(self, inputs, sequence_mask=None):
        def attend(x):
            if sequence_mask is None:
                return self.attention(query=x, value=x)
            pairs = ops.repeat(ops.expand_dims(sequence_mask, 1), ops.shape(x)[1], axis=1)
            return self.attention(query=x, value=x, key=x, attention_mask=pairs)

        return add_and_normalize(add_and_normalize(inputs, attend, self.norm1), self.feed_forward, self.norm2)


class Encoder(keras.layers.Layer):
    def __init__(self, num_blocks, num_heads, hidden_units, **kwargs):
        super().__init__(**kwargs)
        self.blocks = [EncoderBlock(num_heads, hidden_units, name=f"block_{i}") for i in range(num_blocks)]

    def build(self, input_shape):
        for block in self.blocks:
            block.build(input_shape)

    def call(self, inputs, sequence_mask=None):
        for block in self.blocks:
            inputs = block(inputs, sequence_mask=sequence_mask)
        return inputs
