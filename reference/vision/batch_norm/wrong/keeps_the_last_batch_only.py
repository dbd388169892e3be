"""The averages are replaced by the last batch.

The statistics of one batch are noisy. Keep the share `momentum` of the old average and add 1 - `momentum` of the new
value.
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
            self.moving_mean.assign(mean)
            self.moving_variance.assign(variance)
        return self.gamma * (inputs - mean) / ops.sqrt(variance + self.epsilon) + self.beta
