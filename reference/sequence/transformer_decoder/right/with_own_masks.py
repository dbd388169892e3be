"""Both masks are written out for every pair, and one function puts the residual connection and the normalization around."""

import keras
from keras import layers
from keras import ops


def add_and_normalize(inputs, result, norm):
    return norm(layers.add([inputs, result]))


class DecoderBlock(keras.layers.Layer):
    def __init__(self, num_heads, hidden_units, **kwargs):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.dense1 = layers.Dense(hidden_units, activation="relu")
        self.norm1, self.norm2, self.norm3 = (layers.LayerNormalization(axis=-1, epsilon=1e-6) for _ in range(3))

    def build(self, input_shape):
        size = input_shape[-1] // self.num_heads
        self.self_attention = layers.MultiHeadAttention(num_heads=self.num_heads, key_dim=size, value_dim=size)
        self.cross_attention = layers.MultiHeadAttention(num_heads=self.num_heads, key_dim=size, value_dim=size)
        for attention in (self.self_attention, self.cross_attention):
            attention.build(query_shape=input_shape, value_shape=input_shape, key_shape=input_shape)
        self.dense2 = layers.Dense(input_shape[-1])
        self.dense2.build((*input_shape[:-1], self.dense1.units))
        for layer in (self.dense1, self.norm1, self.norm2, self.norm3):
            layer.build(input_shape)

    def call(self, targets, memory, memory_mask=None):
        batch, length = ops.shape(targets)[0], ops.shape(targets)[1]
        past = ops.cast(ops.tril(ops.ones((batch, length, length))), "bool")
        if memory_mask is None:
            memory_mask = ops.ones((batch, ops.shape(memory)[1]), dtype="bool")
        pairs = ops.repeat(memory_mask[:, None], length, axis=1)
        outputs = self.self_attention(query=targets, value=targets, key=targets, attention_mask=past)
        outputs = add_and_normalize(targets, outputs, self.norm1)
        read = self.cross_attention(query=outputs, value=memory, key=memory, attention_mask=pairs)
        outputs = add_and_normalize(outputs, read, self.norm2)
        return add_and_normalize(outputs, self.dense2(self.dense1(outputs)), self.norm3)
