"""TensorFlow operations, kept axes, and Keras variables made without `add_weight`."""

import keras
import numpy as np
import tensorflow as tf


class BatchNorm(keras.layers.Layer):
    def __init__(self, momentum=0.9, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum, self.epsilon = momentum, epsilon

    def build(self, input_shape):
        channels = input_shape[-1]
        self.gamma = keras.Variable(np.ones(channels, "float32"))
        self.beta = keras.Variable(np.zeros(channels, "float32"))
        self.moving_mean = keras.Variable(np.zeros(channels, "float32"), trainable=False)
        self.moving_variance = keras.Variable(np.ones(channels, "float32"), trainable=False)
        self.built = True

    def call(self, inputs, training=False):
        mean, variance = tf.convert_to_tensor(self.moving_mean), tf.convert_to_tensor(self.moving_variance)
        if training:
            axes = list(range(len(inputs.shape) - 1))
            mean = tf.reduce_mean(inputs, axis=axes, keepdims=True)
            variance = tf.reduce_mean(tf.math.squared_difference(inputs, mean), axis=axes, keepdims=True)
            self.moving_mean.assign_add((1 - self.momentum) * (tf.reshape(mean, [-1]) - self.moving_mean))
            self.moving_variance.assign_add((1 - self.momentum) * (tf.reshape(variance, [-1]) - self.moving_variance))
        return (inputs - mean) * tf.math.rsqrt(variance + self.epsilon) * self.gamma + self.beta
