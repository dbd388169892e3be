"""Transformer encoder: blocks of attention and feed-forward layers, one on top of the other."""

import keras
from keras import layers

EPSILON = 1e-6


class EncoderBlock(keras.layers.Layer):
    """Lets the elements of a sequence look at each other, and then lets each think for itself."""

    def __init__(self, num_heads: int, hidden_units: int, **kwargs):
        """Keeps the settings."""
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.hidden_units = hidden_units

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the five layers with their weights; Keras calls it before the first `call`."""
        depth = input_shape[-1]
        self.attention = layers.MultiHeadAttention(self.num_heads, key_dim=depth // self.num_heads)
        self.norm1 = layers.LayerNormalization(epsilon=EPSILON)
        self.dense1 = layers.Dense(self.hidden_units, activation="relu")
        self.dense2 = layers.Dense(depth)
        self.norm2 = layers.LayerNormalization(epsilon=EPSILON)
        self.attention.build(input_shape, input_shape)
        for layer in (self.norm1, self.dense1, self.norm2):
            layer.build(input_shape)
        self.dense2.build((*input_shape[:-1], self.hidden_units))

    def call(self, inputs: keras.KerasTensor, sequence_mask: keras.KerasTensor | None = None) -> keras.KerasTensor:
        """Computes the block's output for each element."""
        attention_mask = None if sequence_mask is None else sequence_mask[:, None, :]
        attended = self.attention(inputs, inputs, attention_mask=attention_mask)
        middle = self.norm1(inputs + attended)
        return self.norm2(middle + self.dense2(self.dense1(middle)))


class Encoder(keras.layers.Layer):
    """Puts blocks one on top of the other: the first gets the inputs, each other one the output of the one before."""

    def __init__(self, num_blocks: int, num_heads: int, hidden_units: int, **kwargs):
        """Keeps the settings."""
        super().__init__(**kwargs)
        self.blocks = [EncoderBlock(num_heads, hidden_units) for _ in range(num_blocks)]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Builds each block, so that all weights exist; Keras calls it before the first `call`."""
        for block in self.blocks:
            block.build(input_shape)

    def call(self, inputs: keras.KerasTensor, sequence_mask: keras.KerasTensor | None = None) -> keras.KerasTensor:
        """Computes the output of the last block."""
        outputs = inputs
        for block in self.blocks:
            outputs = block(outputs, sequence_mask=sequence_mask)
        return outputs
