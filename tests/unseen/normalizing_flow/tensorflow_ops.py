"""Normalizing flow, with TensorFlow: masks of indices, a hand-written training step."""

import keras
import numpy as np
import tensorflow as tf


class AffineCoupling(keras.layers.Layer):
    """Leaves one half of the features as it is, and shifts and scales the other by what it sees there."""

    def __init__(self, conditioner, keep="first", **kwargs):
        super().__init__(**kwargs)
        self.conditioner = conditioner
        self.keep = keep

    def _sizes(self, features):
        first = features // 2
        return [first, features - first]

    def call(self, x):
        first, second = tf.split(x, self._sizes(x.shape[1]), axis=1)
        if self.keep == "first":
            log_scale, shift = tf.split(self.conditioner(first), 2, axis=1)
            y = tf.concat([first, second * tf.exp(log_scale) + shift], axis=1)
        else:
            log_scale, shift = tf.split(self.conditioner(second), 2, axis=1)
            y = tf.concat([first * tf.exp(log_scale) + shift, second], axis=1)
        return y, tf.reduce_sum(log_scale, axis=1)

    def inverse(self, y):
        y = tf.convert_to_tensor(y, dtype=tf.float32)
        first, second = tf.split(y, self._sizes(y.shape[1]), axis=1)
        if self.keep == "first":
            log_scale, shift = tf.split(self.conditioner(first), 2, axis=1)
            second = (second - shift) / tf.exp(log_scale)
        else:
            log_scale, shift = tf.split(self.conditioner(second), 2, axis=1)
            first = (first - shift) / tf.exp(log_scale)
        return tf.concat([first, second], axis=1)


class Flow(keras.Model):
    """Couplings one after another, from the data to noise."""

    def __init__(self, couplings, **kwargs):
        super().__init__(**kwargs)
        self.couplings = couplings

    def call(self, x):
        log_dets = []
        for coupling in self.couplings:
            x, log_det = coupling(x)
            log_dets.append(log_det)
        return x, tf.add_n(log_dets)

    def inverse(self, z):
        x = tf.convert_to_tensor(z, dtype=tf.float32)
        for coupling in self.couplings[::-1]:
            x = coupling.inverse(x)
        return x

    def log_prob(self, x):
        z, log_det = self(tf.convert_to_tensor(x, dtype=tf.float32))
        log_normal = -0.5 * (tf.square(z) + np.log(2.0 * np.pi).astype("float32"))
        return tf.reduce_sum(log_normal, axis=1) + log_det


def train_flow(points):
    """Trains a flow by maximum likelihood."""
    steps, batch_size = 600, 256
    couplings = []
    for index in range(4):
        conditioner = keras.Sequential(
            [
                keras.Input((1,)),
                keras.layers.Dense(32, activation="gelu"),
                keras.layers.Dense(32, activation="gelu"),
                keras.layers.Dense(2, kernel_initializer="zeros"),
            ]
        )
        couplings.append(AffineCoupling(conditioner, keep="first" if index % 2 == 0 else "second"))
    flow = Flow(couplings)
    flow(points[:1])
    rate = keras.optimizers.schedules.PolynomialDecay(5e-3, steps, end_learning_rate=0.0)
    optimizer = keras.optimizers.Adam(rate, global_clipnorm=1.0)
    optimizer.build(flow.trainable_variables)

    @tf.function
    def step(batch):
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(flow.log_prob(batch))
        gradients = tape.gradient(loss, flow.trainable_variables)
        optimizer.apply_gradients(zip(gradients, flow.trainable_variables))
        return loss

    data = tf.data.Dataset.from_tensor_slices(points).shuffle(len(points)).repeat().batch(batch_size)
    for batch in data.take(steps):
        step(batch)
    return flow
