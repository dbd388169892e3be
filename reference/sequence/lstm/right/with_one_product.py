"""TensorFlow: the four kernels side by side in one product, weights that are made in a loop, and gates by tanh."""

import keras
import tensorflow as tf

PARTS = ("forget", "input", "output", "candidate")


class LSTMCell(keras.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.output_size = units
        self.state_size = (units, units)

    def build(self, input_shape):
        for part in PARTS:
            kernel = self.add_weight(shape=(self.units + input_shape[1], self.units), initializer="orthogonal")
            bias = keras.initializers.Constant(float(part == "forget"))
            setattr(self, f"{part}_kernel", kernel)
            setattr(self, f"{part}_bias", self.add_weight(shape=[self.units], initializer=bias))
        self.built = True

    def call(self, inputs, states, training=None):
        kernel, bias = (
            tf.concat([getattr(self, f"{part}_{kind}") for part in PARTS], -1) for kind in ("kernel", "bias")
        )
        products = states[0] @ kernel[: self.units] + inputs @ kernel[self.units :] + bias
        gates = 0.5 + 0.5 * tf.tanh(0.5 * products[:, : 3 * self.units])
        forget, write, show = tf.split(gates, 3, axis=1)
        memory = states[1] * forget + tf.tanh(products[:, 3 * self.units :]) * write
        output = tf.tanh(memory) * show
        return output, (output, memory)
