"""Two dense layers of Keras make a step, and the logistic function makes tanh."""

import keras
from keras import layers
from keras import ops


class RNN(layers.Layer):
    def __init__(self, units, initial_state="zeros", return_sequences=False, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.units, self.kind, self.all_states = units, initial_state, return_sequences
        self.from_input = layers.Dense(units)
        self.from_state = layers.Dense(units, use_bias=False)
        self.noise = layers.GaussianNoise(1.0, seed=seed)

    def build(self, input_shape):
        self.from_input.build(input_shape)
        self.from_state.build((input_shape[0], self.units))
        self.kernel, self.bias = self.from_input.kernel, self.from_input.bias
        self.recurrent_kernel = self.from_state.kernel
        if self.kind == "learned":
            self.initial = self.add_weight(shape=(self.units,), initializer=keras.initializers.Zeros())

    def call(self, inputs, training=None):
        state = ops.zeros_like(self.from_input(inputs[:, 0]))
        if self.kind == "learned":
            state = state + self.initial
        elif self.kind == "normal":
            state = self.noise(state, training=training)

        def step(carry, element):
            carry = 2 * ops.sigmoid(2 * (element + self.from_state(carry))) - 1
            return carry, carry

        elements = ops.transpose(self.from_input(inputs), (1, 0, 2))
        state, states = ops.scan(step, state, elements)
        return ops.transpose(states, (1, 0, 2)) if self.all_states else state
