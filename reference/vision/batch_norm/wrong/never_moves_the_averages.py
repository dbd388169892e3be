"""The moving averages never move.

They stay 0 and 1, so inference does not normalise at all. Each call with `training=True` has to move them towards the
mean and the variance of its batch.
"""

import keras
from keras import ops


class BatchNorm(keras.layers.Layer):
    def __init__(self, momentum=0.9, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum
        self.epsilon = epsilon

    def build(self, input_shape):
        channels = input_shape[-1:]
        self.gamma = self.add_weight(shape=channels, initializer="ones")
        self.beta = self.add_weight(shape=channels, initializer="zeros")
        self.moving_mean = self.add_weight(shape=channels, initializer="zeros", trainable=False)
        self.moving_variance = self.add_weight(shape=channels, initializer="ones", trainable=False)

    def call(self, inputs, training=False):
        mean, variance = self.moving_mean, self.moving_variance
        if training:
            mean, variance = ops.moments(inputs, axes=list(range(ops.ndim(inputs) - 1)))
        return self.gamma * (inputs - mean) / ops.sqrt(variance + self.epsilon) + self.beta
