"""A loop that counts, an array that grows, and TensorFlow's own generator."""

import keras
import tensorflow as tf


class RNN(keras.Layer):
    def __init__(self, units, initial_state="zeros", return_sequences=False, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.settings = (units, initial_state, return_sequences)
        if seed is None:
            self.generator = tf.random.Generator.from_non_deterministic_state()
        else:
            self.generator = tf.random.Generator.from_seed(seed)

    def build(self, input_shape):
        units, initial_state, _ = self.settings
        self.recurrent_kernel = self.add_weight(shape=[units, units], initializer="orthogonal")
        self.kernel = self.add_weight(shape=[input_shape[2], units], initializer="he_normal")
        self.bias = self.add_weight(shape=[units], initializer="zeros")
        if initial_state == "learned":
            self.initial = self.add_weight(shape=[units], initializer="zeros")

    def call(self, inputs, training=False):
        units, initial_state, return_sequences = self.settings
        batch, time, _ = tf.unstack(tf.shape(inputs))
        if initial_state == "learned":
            first = tf.repeat(self.initial.value[tf.newaxis], batch, axis=0)
        elif initial_state == "normal" and training:
            first = self.generator.normal([batch, units])
        else:
            first = tf.zeros([batch, units])
        weights = tf.concat([self.kernel, self.recurrent_kernel], axis=0)

        def step(t, h, states):
            h = tf.math.tanh(tf.concat([inputs[:, t], h], axis=1) @ weights + self.bias)
            return t + 1, h, states.write(t, h)

        array = tf.TensorArray(tf.float32, size=time)
        _, last, states = tf.while_loop(lambda t, *_: t < time, step, (0, first, array))
        return tf.transpose(states.stack(), [1, 0, 2]) if return_sequences else last
