"""LSTM: a recurrent cell that learns what to keep in its memory."""

import keras
from keras import ops


class LSTMCell(keras.layers.Layer):
    """Takes one step of a long short-term memory."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = [units, units]

    def build(self, input_shape):
        shape = (self.units + input_shape[-1], self.units)
        self.forget_kernel = self.add_weight(name="forget_kernel", shape=shape)
        self.input_kernel = self.add_weight(name="input_kernel", shape=shape)
        self.candidate_kernel = self.add_weight(name="candidate_kernel", shape=shape)
        self.output_kernel = self.add_weight(name="output_kernel", shape=shape)
        self.forget_bias = self.add_weight(name="forget_bias", shape=(self.units,), initializer="ones")
        self.input_bias = self.add_weight(name="input_bias", shape=(self.units,), initializer="zeros")
        self.candidate_bias = self.add_weight(name="candidate_bias", shape=(self.units,), initializer="zeros")
        self.output_bias = self.add_weight(name="output_bias", shape=(self.units,), initializer="zeros")

    def call(self, inputs, states):
        h, memory = states
        joined = ops.concatenate([h, inputs], axis=-1)
        forget = ops.sigmoid(ops.matmul(joined, self.forget_kernel) + self.forget_bias)
        write = ops.sigmoid(ops.matmul(joined, self.input_kernel) + self.input_bias)
        candidate = ops.tanh(ops.matmul(joined, self.candidate_kernel) + self.candidate_bias)
        show = ops.sigmoid(ops.matmul(joined, self.output_kernel) + self.output_bias)
        memory = forget * memory + write * candidate
        h = show * ops.tanh(memory)
        return h, [h, memory]
