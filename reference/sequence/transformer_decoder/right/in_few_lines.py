import keras
from keras import layers
from keras import ops


class DecoderBlock(keras.layers.Layer):
    def __init__(self, num_heads, hidden_units, **kwargs):
        super().__init__(**kwargs)
        self.num_heads, self.hidden_units = num_heads, hidden_units

    def build(self, input_shape):
        depth = input_shape[-1]
        self.self_attention = layers.MultiHeadAttention(self.num_heads, depth // self.num_heads)
        self.norm1 = layers.LayerNormalization(epsilon=1e-6)
        self.cross_attention = layers.MultiHeadAttention(self.num_heads, depth // self.num_heads)
        self.norm2 = layers.LayerNormalization(epsilon=1e-6)
        self.dense1 = layers.Dense(self.hidden_units)
        self.dense2 = layers.Dense(depth)
        self.norm3 = layers.LayerNormalization(epsilon=1e-6)
        self.self_attention.build(input_shape, input_shape)
        self.norm1.build(input_shape)
        self.cross_attention.build(input_shape, input_shape)
        self.norm2.build(input_shape)
        self.dense1.build(input_shape)
        self.dense2.build((None, None, self.hidden_units))
        self.norm3.build(input_shape)

    def call(self, targets, memory, memory_mask=None):
        if memory_mask is not None:
            memory_mask = memory_mask[:, None, :]
        attended = self.self_attention(targets, targets, use_causal_mask=True)
        a = self.norm1(targets + attended)
        read = self.cross_attention(a, memory, attention_mask=memory_mask)
        b = self.norm2(a + read)
        hidden = ops.relu(self.dense1(b))
        return self.norm3(b + self.dense2(hidden))
