"""Batch normalization: every channel with mean 0 and variance 1, then as the network likes it."""

import keras
from keras import ops


class BatchNorm(keras.layers.Layer):
    """Normalises each channel, by the statistics of the batch in training and by their moving averages afterwards."""

    def __init__(self, momentum: float = 0.9, epsilon: float = 1e-3, **kwargs):
        """Keeps the settings."""
        super().__init__(**kwargs)
        self.momentum = momentum
        self.epsilon = epsilon

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the four weights; Keras calls it before the first `call`."""
        channels = input_shape[-1:]
        self.gamma = self.add_weight(name="gamma", shape=channels, initializer="ones")
        self.beta = self.add_weight(name="beta", shape=channels, initializer="zeros")
        self.moving_mean = self.add_weight(name="moving_mean", shape=channels, initializer="zeros", trainable=False)
        self.moving_variance = self.add_weight(
            name="moving_variance", shape=channels, initializer="ones", trainable=False
        )

    def call(self, inputs: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """Normalises a batch."""
        if training:
            mean, variance = ops.moments(inputs, axes=list(range(ops.ndim(inputs) - 1)))
            self._move(self.moving_mean, mean)
            self._move(self.moving_variance, variance)
        else:
            mean, variance = self.moving_mean, self.moving_variance
        return self.gamma * (inputs - mean) / ops.sqrt(variance + self.epsilon) + self.beta

    def _move(self, average, value):
        average.assign(self.momentum * average + (1.0 - self.momentum) * value)
