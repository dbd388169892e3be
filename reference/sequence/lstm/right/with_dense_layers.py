"""Each gate is a dense layer of Keras."""

import keras


class LSTMCell(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.state_size = [units, units]
        self.forget = keras.layers.Dense(units, "sigmoid", bias_initializer="ones")
        self.input_ = keras.layers.Dense(units, "sigmoid")
        self.output_ = keras.layers.Dense(units, "sigmoid")
        self.candidate = keras.layers.Dense(units, "tanh")

    def build(self, input_shape):
        width = self.state_size[0] + input_shape[-1]
        for layer in (self.forget, self.input_, self.output_, self.candidate):
            layer.build((None, width))
        self.forget_kernel, self.forget_bias = self.forget.kernel, self.forget.bias
        self.input_kernel, self.input_bias = self.input_.kernel, self.input_.bias
        self.output_kernel, self.output_bias = self.output_.kernel, self.output_.bias
        self.candidate_kernel, self.candidate_bias = self.candidate.kernel, self.candidate.bias

    def call(self, inputs, states):
        both = keras.layers.concatenate([states[0], inputs])
        memory = self.forget(both) * states[1]
        memory = memory + self.input_(both) * self.candidate(both)
        h = self.output_(both) * keras.activations.tanh(memory)
        return h, [h, memory]
