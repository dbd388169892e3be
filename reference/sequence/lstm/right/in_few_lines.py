import keras
from keras import ops


class LSTMCell(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = [units, units]

    def build(self, input_shape):
        shape = (self.units + input_shape[-1], self.units)
        self.forget_kernel = self.add_weight(shape=shape)
        self.input_kernel = self.add_weight(shape=shape)
        self.candidate_kernel = self.add_weight(shape=shape)
        self.output_kernel = self.add_weight(shape=shape)
        self.forget_bias = self.add_weight(shape=(self.units,), initializer="ones")
        self.input_bias = self.add_weight(shape=(self.units,), initializer="zeros")
        self.candidate_bias = self.add_weight(shape=(self.units,), initializer="zeros")
        self.output_bias = self.add_weight(shape=(self.units,), initializer="zeros")

    def call(self, inputs, states):
        h, c = states
        hx = ops.concatenate([h, inputs], axis=-1)
        f = ops.sigmoid(ops.matmul(hx, self.forget_kernel) + self.forget_bias)
        i = ops.sigmoid(ops.matmul(hx, self.input_kernel) + self.input_bias)
        g = ops.tanh(ops.matmul(hx, self.candidate_kernel) + self.candidate_bias)
        o = ops.sigmoid(ops.matmul(hx, self.output_kernel) + self.output_bias)
        c = f * c + i * g
        h = o * ops.tanh(c)
        return h, [h, c]
