import keras
from keras import layers
from keras import ops


class EncoderBlock(keras.layers.Layer):
    def __init__(self, num_heads, hidden_units, **kwargs):
        super().__init__(**kwargs)
        self.num_heads, self.hidden_units = num_heads, hidden_units

    def build(self, input_shape):
        depth = input_shape[-1]
        self.attention = layers.MultiHeadAttention(self.num_heads, depth // self.num_heads)
        self.norm1 = layers.LayerNormalization(epsilon=1e-6)
        self.dense1 = layers.Dense(self.hidden_units)
        self.dense2 = layers.Dense(depth)
        self.norm2 = layers.LayerNormalization(epsilon=1e-6)
        self.attention.build(input_shape, input_shape)
        self.norm1.build(input_shape)
        self.dense1.build(input_shape)
        self.dense2.build((None, None, self.hidden_units))
        self.norm2.build(input_shape)

    def call(self, inputs, sequence_mask=None):
        if sequence_mask is not None:
            sequence_mask = sequence_mask[:, None, :]
        attended = self.attention(inputs, inputs, attention_mask=sequence_mask)
        middle = self.norm1(inputs + attended)
        hidden = ops.relu(self.dense1(middle))
        return self.norm2(middle + self.dense2(hidden))


class Encoder(keras.layers.Layer):
    def __init__(self, num_blocks, num_heads, hidden_units, **kwargs):
        super().__init__(**kwargs)
        self.blocks = [EncoderBlock(num_heads, hidden_units) for _ in range(num_blocks)]

    def build(self, input_shape):
        for block in self.blocks:
            block.build(input_shape)

    def call(self, inputs, sequence_mask=None):
        for block in self.blocks:
            inputs = block(inputs, sequence_mask)
        return inputs
