"""TensorFlow: the pixels in one row, 1x1 convolutions as in many networks, and gates by tanh."""

import keras
import tensorflow as tf


class SqueezeExcitation(keras.Layer):
    def __init__(self, reduction=16, **kwargs):
        super().__init__(**kwargs)
        self.reduction = reduction

    def build(self, input_shape):
        hidden = input_shape[3] // self.reduction or 1
        self.reduce_kernel = self.add_weight(shape=(input_shape[3], hidden), initializer="he_normal")
        self.expand_kernel = self.add_weight(shape=(hidden, input_shape[3]), initializer="he_normal")

    def call(self, inputs):
        sizes = tf.shape(inputs)
        pixels = tf.reshape(inputs, (sizes[0], 1, sizes[1] * sizes[2], sizes[3]))
        squeezed = tf.reduce_sum(pixels, 2, keepdims=True) / tf.cast(sizes[1] * sizes[2], "float32")
        hidden = tf.maximum(tf.nn.conv2d(squeezed, self.reduce_kernel[None, None], 1, "VALID"), 0.0)
        gates = 0.5 + 0.5 * tf.tanh(tf.nn.conv2d(hidden, self.expand_kernel[None, None], 1, "VALID") / 2)
        return tf.reshape(gates * pixels, sizes)
