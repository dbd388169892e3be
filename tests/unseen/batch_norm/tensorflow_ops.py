"""TensorFlow: moments, methods for each part, and scale and shift folded into one multiplication and one addition."""

import keras
import tensorflow as tf


class BatchNorm(keras.layers.Layer):
    def __init__(self, momentum=0.9, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.decay = momentum
        self.eps = epsilon

    def build(self, input_shape):
        self.gamma = self._weight("gamma", input_shape, "ones")
        self.beta = self._weight("beta", input_shape, "zeros")
        self.moving_mean = self._weight("moving_mean", input_shape, "zeros", trainable=False)
        self.moving_variance = self._weight("moving_variance", input_shape, "ones", trainable=False)
        self.built = True

    def _weight(self, name, input_shape, initializer, trainable=True):
        channels = (input_shape[-1],)
        return self.add_weight(name=name, shape=channels, initializer=initializer, trainable=trainable)

    def _statistics(self, inputs):
        axes = list(range(inputs.shape.rank - 1))
        return tf.nn.moments(inputs, axes=axes)

    def _move(self, average, value):
        average.assign_add((1.0 - self.decay) * (value - average.value))

    def _normalise(self, inputs, mean, variance):
        centred = inputs - mean
        scale = tf.math.rsqrt(variance + self.eps) * self.gamma.value
        return centred * scale + self.beta.value

    def call(self, inputs, training=False):
        if not training:
            return self._normalise(inputs, self.moving_mean.value, self.moving_variance.value)
        mean, variance = self._statistics(inputs)
        self._move(self.moving_mean, mean)
        self._move(self.moving_variance, variance)
        return self._normalise(inputs, mean, variance)
