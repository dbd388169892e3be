"""TensorFlow: attention, normalization and the dense layers are computed here, and Keras' layers only hold the weights."""

import keras
import tensorflow as tf
from keras import layers


def normalize(inputs, layer):
    mean = tf.reduce_mean(inputs, axis=-1, keepdims=True)
    variance = tf.reduce_mean(tf.math.squared_difference(inputs, mean), axis=-1, keepdims=True)
    return (inputs - mean) * tf.math.rsqrt(variance + 1e-6) * layer.gamma + layer.beta


def attend(inputs, mask, layer):
    weights = [tf.convert_to_tensor(weight) for weight in layer.weights]
    queries, keys, values = (
        tf.einsum("btd,dhk->bhtk", inputs, weights[i]) + weights[i + 1][:, None, :] for i in (0, 2, 4)
    )
    scores = tf.einsum("bhik,bhjk->bhij", queries, keys) / tf.sqrt(float(weights[0].shape[2]))
    if mask is not None:
        scores = tf.where(mask[:, None, None, :], scores, scores.dtype.min)
    heads = tf.einsum("bhij,bhjk->bihk", tf.nn.softmax(scores), values)
    return tf.einsum("bihk,hkd->bid", heads, weights[6]) + weights[7]


class EncoderBlock(keras.Layer):
    def __init__(self, num_heads, hidden_units, **kwargs):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.dense1 = layers.Dense(hidden_units)
        self.norm1, self.norm2 = layers.LayerNormalization(), layers.LayerNormalization()

    def build(self, input_shape):
        self.attention = layers.MultiHeadAttention(self.num_heads, input_shape[2] // self.num_heads)
        self.attention.build(input_shape, input_shape)
        self.dense2 = layers.Dense(input_shape[2])
        self.dense2.build((None, self.dense1.units))
        for layer in (self.dense1, self.norm1, self.norm2):
            layer.build(input_shape)
        self.built = True

    def call(self, inputs, sequence_mask=None):
        middle = normalize(inputs + attend(inputs, sequence_mask, self.attention), self.norm1)
        hidden = tf.maximum(middle @ tf.convert_to_tensor(self.dense1.kernel) + self.dense1.bias, 0.0)
        return normalize(hidden @ tf.convert_to_tensor(self.dense2.kernel) + self.dense2.bias + middle, self.norm2)


class Encoder(keras.Layer):
    def __init__(self, num_blocks, num_heads, hidden_units, **kwargs):
        super().__init__(**kwargs)
        self.blocks = []
        for _ in range(num_blocks):
            self.blocks.append(EncoderBlock(num_heads, hidden_units))

    def build(self, input_shape):
        for block in self.blocks:
            block.build(input_shape)
        self.built = True

    def call(self, inputs, sequence_mask=None):
        outputs = self.blocks[0](inputs, sequence_mask=sequence_mask)
        for block in self.blocks[1:]:
            outputs = block(outputs, sequence_mask=sequence_mask)
        return outputs
