"""One row for each position and one column for each channel; the variance is E[x²] - E[x]²."""

import keras
from keras import ops


class BatchNorm(keras.Layer):
    def __init__(self, momentum=0.9, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum
        self.epsilon = epsilon

    def build(self, input_shape):
        self.channels = input_shape[-1]
        self.gamma = self.add_weight(shape=(self.channels,), initializer="ones")
        self.beta = self.add_weight(shape=(self.channels,), initializer="zeros")
        self.moving_mean = self.add_weight(shape=(self.channels,), initializer="zeros", trainable=False)
        self.moving_variance = self.add_weight(shape=(self.channels,), initializer="ones", trainable=False)

    def call(self, inputs, training=False):
        if not training:
            scale = self.gamma / ops.sqrt(self.moving_variance + self.epsilon)
            return scale * inputs + (self.beta - scale * self.moving_mean)
        rows = ops.reshape(inputs, (-1, self.channels))
        share = ops.ones((1, rows.shape[0])) / rows.shape[0]
        mean = ops.matmul(share, rows)[0]
        variance = ops.matmul(share, rows**2)[0] - mean**2
        keep = self.momentum
        self.moving_mean.assign(keep * self.moving_mean + (1 - keep) * mean)
        self.moving_variance.assign(keep * self.moving_variance + (1 - keep) * variance)
        scale = self.gamma / ops.sqrt(variance + self.epsilon)
        return ops.reshape((rows - mean) * scale + self.beta, ops.shape(inputs))
