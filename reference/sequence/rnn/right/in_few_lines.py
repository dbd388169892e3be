import keras
import tensorflow as tf


class RNN(keras.layers.Layer):
    def __init__(self, units, initial_state="zeros", return_sequences=False, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.initial_state = initial_state
        self.return_sequences = return_sequences
        self.generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))
        self.recurrent_kernel = self.add_weight(shape=(self.units, self.units))
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros")
        if self.initial_state == "learned":
            self.initial = self.add_weight(shape=(self.units,), initializer="zeros")

    def call(self, inputs, training=None):
        first = tf.zeros((tf.shape(inputs)[0], self.units))
        if self.initial_state == "normal" and training:
            first = keras.random.normal(tf.shape(first), seed=self.generator)
        if self.initial_state == "learned":
            first = first + self.initial

        def step(h, x):
            return tf.tanh(x @ self.kernel + h @ self.recurrent_kernel + self.bias)

        states = tf.scan(step, tf.transpose(inputs, (1, 0, 2)), first)
        return tf.transpose(states, (1, 0, 2)) if self.return_sequences else states[-1]
