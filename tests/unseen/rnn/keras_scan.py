"""Recurrent layer with keras.ops.scan."""

import keras
from keras import ops


class RNN(keras.layers.Layer):
    """Reads each sequence of a batch step by step."""

    def __init__(self, units, initial_state="zeros", return_sequences=False, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.initial_state = initial_state
        self.return_sequences = return_sequences
        self.generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        features = input_shape[-1]
        self.kernel = self.add_weight(name="kernel", shape=(features, self.units))
        self.recurrent_kernel = self.add_weight(name="recurrent_kernel", shape=(self.units, self.units))
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        if self.initial_state == "learned":
            self.initial = self.add_weight(name="initial", shape=(self.units,), initializer="zeros")

    def first_state(self, batch, training):
        if self.initial_state == "learned":
            return ops.broadcast_to(self.initial, (batch, self.units))
        if self.initial_state == "normal" and training:
            return keras.random.normal((batch, self.units), mean=0.0, stddev=1.0, seed=self.generator)
        return ops.zeros((batch, self.units))

    def call(self, inputs, training=None):
        batch = ops.shape(inputs)[0]
        projected = ops.matmul(inputs, self.kernel) + self.bias
        projected = ops.transpose(projected, (1, 0, 2))

        def step(state, x):
            state = ops.tanh(x + ops.matmul(state, self.recurrent_kernel))
            return state, state

        last, states = ops.scan(step, self.first_state(batch, training), projected)
        if self.return_sequences:
            return ops.transpose(states, (1, 0, 2))
        return last
