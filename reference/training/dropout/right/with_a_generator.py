"""A random generator of TensorFlow, one a layer, and a gradient that is written by hand."""

import keras
import tensorflow as tf


class Dropout(keras.Layer):
    def __init__(self, rate=0.5, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.keep = 1.0 - rate
        if seed is None:
            self.generator = tf.random.Generator.from_non_deterministic_state()
        else:
            self.generator = tf.random.Generator.from_seed(seed)

    def call(self, inputs, training=None):
        if training:
            draws = self.generator.uniform(tf.shape(inputs), maxval=1000, dtype="int32")
            return multiply(inputs, tf.where(draws < round(1000 * self.keep), 1.0 / self.keep, 0.0))
        return tf.identity(inputs)


@tf.custom_gradient
def multiply(inputs, factors):
    return inputs * factors, lambda upstream: (upstream * factors, None)
