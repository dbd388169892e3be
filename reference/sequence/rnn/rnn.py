"""Recurrent layer: the same step for each element of a sequence, from a first state of one of three kinds."""

import keras
from keras import ops


class RNN(keras.layers.Layer):
    """Reads each sequence of a batch step by step, and keeps a state that depends on all that it has read."""

    def __init__(
        self,
        units: int,
        initial_state: str = "zeros",
        return_sequences: bool = False,
        seed: int | None = None,
        **kwargs,
    ):
        """Keeps the settings."""
        super().__init__(**kwargs)
        self.units = units
        self.initial_state = initial_state
        self.return_sequences = return_sequences
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights; Keras calls it before the first `call`."""
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], self.units))
        self.recurrent_kernel = self.add_weight(name="recurrent_kernel", shape=(self.units, self.units))
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        if self.initial_state == "learned":
            self.initial = self.add_weight(name="initial", shape=(self.units,), initializer="zeros")

    def call(self, inputs: keras.KerasTensor, training: bool | None = None) -> keras.KerasTensor:
        """Reads a batch of sequences from the first element to the last."""

        def step(state, x):
            state = ops.tanh(x + ops.matmul(state, self.recurrent_kernel))
            return state, state

        projected = ops.matmul(inputs, self.kernel) + self.bias
        first = self.first_state(ops.shape(inputs)[0], training)
        last, states = ops.scan(step, first, ops.swapaxes(projected, 0, 1))
        return ops.swapaxes(states, 0, 1) if self.return_sequences else last

    def first_state(self, batch: int, training: bool | None) -> keras.KerasTensor:
        """Makes h_0, a row for each sequence."""
        if self.initial_state == "learned":
            return ops.tile(self.initial[None], (batch, 1))
        if self.initial_state == "normal" and training:
            return keras.random.normal((batch, self.units), seed=self.seed_generator)
        return ops.zeros((batch, self.units))
