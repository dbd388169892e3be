import keras
from keras import layers


class EncoderBlock(layers.Layer):
    def __init__(self, num_heads, hidden_units, **kwargs):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.hidden_units = hidden_units

    def build(self, input_shape):
        depth = input_shape[-1]
        self.attention = layers.MultiHeadAttention(num_heads=self.num_heads, key_dim=depth // self.num_heads)
        self.norm1 = layers.LayerNormalization(epsilon=1e-6)
        self.dense1 = layers.Dense(self.hidden_units, activation="relu")
        self.dense2 = layers.Dense(depth)
        self.norm2 = layers.LayerNormalization(epsilon=1e-6)

        self.attention.build(query_shape=input_shape, value_shape=input_shape)
        self.norm1.build(input_shape)
        self.dense1.build(input_shape)
        self.dense2.build((*input_shape[:-1], self.hidden_units))
        self.norm2.build(input_shape)
        super().build(input_shape)

    def call(self, inputs, sequence_mask=None):
        attention_mask = None
        if sequence_mask is not None:
            attention_mask = keras.ops.expand_dims(sequence_mask, axis=1)
        attended = self.attention(query=inputs, value=inputs, attention_mask=attention_mask)
        y = self.norm1(inputs + attended)
        hidden = self.dense1(y)
        thought = self.dense2(hidden)
        return self.norm2(y + thought)


class Encoder(layers.Layer):
    def __init__(self, num_blocks, num_heads, hidden_units, **kwargs):
        super().__init__(**kwargs)
        self.blocks = [EncoderBlock(num_heads, hidden_units) for _ in range(num_blocks)]

    def build(self, input_shape):
        for block in self.blocks:
            block.build(input_shape)
        super().build(input_shape)

    def call(self, inputs, sequence_mask=None):
        outputs = inputs
        for block in self.blocks:
            outputs = block(outputs, sequence_mask=sequence_mask)
        return outputs
