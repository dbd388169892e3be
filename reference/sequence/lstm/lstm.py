"""LSTM: a recurrent cell that learns what to keep in its memory."""

import keras
from keras import ops


class LSTMCell(keras.layers.Layer):
    """Takes one step of a long short-term memory."""

    def __init__(self, units: int, **kwargs):
        """Keeps the settings."""
        super().__init__(**kwargs)
        self.units = units
        self.state_size = [units, units]

    def build(self, input_shape: tuple[int | None, int]) -> None:
        """Makes the eight weights; Keras calls it before the first `call`."""
        self.forget_kernel, self.forget_bias = self.add_gate("forget", input_shape[-1], bias="ones")
        self.input_kernel, self.input_bias = self.add_gate("input", input_shape[-1])
        self.candidate_kernel, self.candidate_bias = self.add_gate("candidate", input_shape[-1])
        self.output_kernel, self.output_bias = self.add_gate("output", input_shape[-1])

    def add_gate(self, name: str, features: int, bias: str = "zeros") -> tuple[keras.Variable, keras.Variable]:
        """Makes the kernel and the bias of a gate."""
        kernel = self.add_weight(shape=(self.units + features, self.units), name=f"{name}_kernel")
        return kernel, self.add_weight(shape=(self.units,), initializer=bias, name=f"{name}_bias")

    def call(
        self, inputs: keras.KerasTensor, states: list[keras.KerasTensor]
    ) -> tuple[keras.KerasTensor, list[keras.KerasTensor]]:
        """Takes one step with a batch."""
        h, memory = states
        both = ops.concatenate([h, inputs], axis=-1)
        forget = ops.sigmoid(both @ self.forget_kernel + self.forget_bias)
        write = ops.sigmoid(both @ self.input_kernel + self.input_bias)
        candidate = ops.tanh(both @ self.candidate_kernel + self.candidate_bias)
        show = ops.sigmoid(both @ self.output_kernel + self.output_bias)
        memory = forget * memory + write * candidate
        h = show * ops.tanh(memory)
        return h, [h, memory]
