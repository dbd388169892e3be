from keras import layers


class DecoderBlock(layers.Layer):
    def __init__(self, num_heads, hidden_units, **kwargs):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.hidden_units = hidden_units

    def build(self, input_shape):
        depth = input_shape[-1]
        sequence_shape = (None, None, depth)
        self.self_attention = layers.MultiHeadAttention(self.num_heads, depth // self.num_heads)
        self.cross_attention = layers.MultiHeadAttention(self.num_heads, depth // self.num_heads)
        self.norm1 = layers.LayerNormalization(epsilon=1e-6)
        self.norm2 = layers.LayerNormalization(epsilon=1e-6)
        self.norm3 = layers.LayerNormalization(epsilon=1e-6)
        self.dense1 = layers.Dense(self.hidden_units, activation="relu")
        self.dense2 = layers.Dense(depth)

        self.self_attention.build(sequence_shape, sequence_shape)
        self.cross_attention.build(sequence_shape, sequence_shape)
        for norm in (self.norm1, self.norm2, self.norm3):
            norm.build(sequence_shape)
        self.dense1.build(sequence_shape)
        self.dense2.build((None, None, self.hidden_units))

    def call(self, targets, memory, memory_mask=None):
        cross_mask = None if memory_mask is None else memory_mask[:, None, :]

        looked_back = self.self_attention(targets, targets, use_causal_mask=True)
        a = self.norm1(targets + looked_back)

        looked_over = self.cross_attention(query=a, value=memory, key=memory, attention_mask=cross_mask)
        b = self.norm2(a + looked_over)

        hidden = self.dense1(b)
        return self.norm3(b + self.dense2(hidden))
