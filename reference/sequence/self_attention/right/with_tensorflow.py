"""TensorFlow: one sequence after another, with a softmax of its own, and the values projected last."""

import keras
import tensorflow as tf


class SelfAttention(keras.Layer):
    def __init__(self, key_dim, value_dim, **kwargs):
        super().__init__(**kwargs)
        self.widths = {"query_kernel": key_dim, "key_kernel": key_dim, "value_kernel": value_dim}

    def build(self, input_shape):
        for name, width in self.widths.items():
            setattr(self, name, self.add_weight(name=name, shape=(input_shape[2], width)))

    def call(self, inputs):
        return tf.map_fn(self.attend, inputs)

    def attend(self, sequence):
        similarity = tf.matmul(self.query_kernel, self.key_kernel, transpose_b=True)
        scores = sequence @ similarity @ tf.transpose(sequence) * tf.math.rsqrt(float(self.query_kernel.shape[1]))
        exponentials = tf.exp(scores - tf.reduce_max(scores, axis=1, keepdims=True))
        weights = exponentials / tf.reduce_sum(exponentials, axis=1, keepdims=True)
        return weights @ sequence @ tf.convert_to_tensor(self.value_kernel)
