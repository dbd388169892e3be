"""A Python loop over the channels, with numbers for each, and Keras variables made by hand."""

import keras
import tensorflow as tf


class BatchNorm(keras.layers.Layer):
    def __init__(self, momentum=0.9, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum, self.epsilon = momentum, epsilon

    def build(self, input_shape):
        n = input_shape[-1]
        self.gamma = keras.Variable(tf.ones(n), name="gamma")
        self.beta = keras.Variable(tf.zeros(n), name="beta")
        self.moving_mean = keras.Variable(tf.zeros(n), trainable=False, name="moving_mean")
        self.moving_variance = keras.Variable(tf.ones(n), trainable=False, name="moving_variance")

    def call(self, inputs, training=False):
        keep, take = self.momentum, 1 - self.momentum
        outputs, means, variances = [], [], []
        for c, x in enumerate(tf.unstack(inputs, axis=-1)):
            if training:
                mean = tf.reduce_mean(x)
                variance = tf.reduce_mean(tf.square(x - mean))
                means.append(mean)
                variances.append(variance)
            else:
                mean = self.moving_mean[c]
                variance = self.moving_variance[c]
            deviation = (variance + self.epsilon) ** 0.5
            x = (x - mean) / deviation
            outputs.append(x * self.gamma[c] + self.beta[c])
        if training:
            self.moving_mean.assign(keep * self.moving_mean + take * tf.stack(means))
            self.moving_variance.assign(keep * self.moving_variance + take * tf.stack(variances))
        return tf.stack(outputs, axis=-1)
