"""TensorFlow: attention, normalization and the dense layers are computed here, and Keras' layers only hold the weights."""

import keras
import tensorflow as tf
from keras import layers


def normalize(inputs, layer):
    mean = tf.reduce_mean(inputs, axis=-1, keepdims=True)
    variance = tf.reduce_mean(tf.math.squared_difference(inputs, mean), axis=-1, keepdims=True)
    return (inputs - mean) * tf.math.rsqrt(variance + 1e-6) * layer.gamma + layer.beta


def attend(asking, answering, may_attend, layer):
    weights = [tf.convert_to_tensor(weight) for weight in layer.weights]
    queries, keys, values = (
        tf.einsum("btd,dhk->bhtk", rows, weights[i]) + weights[i + 1][:, None, :]
        for i, rows in ((0, asking), (2, answering), (4, answering))
    )
    scores = tf.einsum("bhik,bhjk->bhij", queries, keys) / tf.sqrt(float(weights[0].shape[2]))
    if may_attend is not None:
        scores = tf.where(may_attend, scores, scores.dtype.min)
    heads = tf.einsum("bhij,bhjk->bihk", tf.nn.softmax(scores), values)
    return tf.einsum("bihk,hkd->bid", heads, weights[6]) + weights[7]


class DecoderBlock(keras.Layer):
    def __init__(self, num_heads, hidden_units, **kwargs):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.dense1 = layers.Dense(hidden_units)
        self.norm1, self.norm2, self.norm3 = (layers.LayerNormalization() for _ in range(3))

    def build(self, input_shape):
        for name in ("self_attention", "cross_attention"):
            attention = layers.MultiHeadAttention(self.num_heads, input_shape[2] // self.num_heads)
            attention.build(input_shape, input_shape)
            setattr(self, name, attention)
        self.dense2 = layers.Dense(input_shape[2])
        self.dense2.build((None, self.dense1.units))
        for layer in (self.dense1, self.norm1, self.norm2, self.norm3):
            layer.build(input_shape)
        self.built = True

    def call(self, targets, memory, memory_mask=None):
        places = tf.range(tf.shape(targets)[1])
        outputs = attend(targets, targets, places[:, None] >= places, self.self_attention)
        outputs = normalize(targets + outputs, self.norm1)
        seen = None if memory_mask is None else memory_mask[:, None, None, :]
        outputs = normalize(outputs + attend(outputs, memory, seen, self.cross_attention), self.norm2)
        hidden = tf.maximum(outputs @ tf.convert_to_tensor(self.dense1.kernel) + self.dense1.bias, 0.0)
        return normalize(hidden @ tf.convert_to_tensor(self.dense2.kernel) + self.dense2.bias + outputs, self.norm3)
