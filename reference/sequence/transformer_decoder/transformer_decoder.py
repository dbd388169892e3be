"""Transformer decoder: a block that looks back at its own sequence, and over at another."""

import keras
from keras import layers

EPSILON = 1e-6


class DecoderBlock(keras.layers.Layer):
    """Lets each element of a sequence look at itself and the ones before it, then at the whole memory."""

    def __init__(self, num_heads: int, hidden_units: int, **kwargs):
        """Keeps the settings."""
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.hidden_units = hidden_units

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the seven layers with their weights; Keras calls it before the first `call`."""
        depth = input_shape[-1]
        self.self_attention = layers.MultiHeadAttention(self.num_heads, key_dim=depth // self.num_heads)
        self.cross_attention = layers.MultiHeadAttention(self.num_heads, key_dim=depth // self.num_heads)
        self.norm1 = layers.LayerNormalization(epsilon=EPSILON)
        self.norm2 = layers.LayerNormalization(epsilon=EPSILON)
        self.norm3 = layers.LayerNormalization(epsilon=EPSILON)
        self.dense1 = layers.Dense(self.hidden_units, activation="relu")
        self.dense2 = layers.Dense(depth)
        for attention in (self.self_attention, self.cross_attention):
            attention.build(input_shape, input_shape)
        for layer in (self.norm1, self.norm2, self.norm3, self.dense1):
            layer.build(input_shape)
        self.dense2.build((*input_shape[:-1], self.hidden_units))

    def call(
        self, targets: keras.KerasTensor, memory: keras.KerasTensor, memory_mask: keras.KerasTensor | None = None
    ) -> keras.KerasTensor:
        """Computes the block's output for each element of the targets."""
        past = self.self_attention(targets, targets, use_causal_mask=True)
        spoken = self.norm1(targets + past)
        attention_mask = None if memory_mask is None else memory_mask[:, None, :]
        read = self.cross_attention(spoken, memory, attention_mask=attention_mask)
        informed = self.norm2(spoken + read)
        return self.norm3(informed + self.dense2(self.dense1(informed)))
