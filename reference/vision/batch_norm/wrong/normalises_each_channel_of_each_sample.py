"""Each channel of each sample is normalised by itself.

The mean and the variance go over the positions of one sample only. That is instance normalization; batch normalization
averages over the first axis, the batch, as well.
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
            axes = list(range(1, ops.ndim(inputs) - 1))
            mean, variance = ops.moments(inputs, axes=axes or [0], keepdims=True)
            every = list(range(ops.ndim(inputs) - 1))
            self.moving_mean.assign(self.momentum * self.moving_mean + (1 - self.momentum) * ops.mean(mean, axis=every))
            self.moving_variance.assign(
                self.momentum * self.moving_variance + (1 - self.momentum) * ops.mean(variance, axis=every)
            )
        return self.gamma * (inputs - mean) / ops.sqrt(variance + self.epsilon) + self.beta
