"""Normalizing flow, trained by `fit` with a training step of its own."""

import math

import keras
import tensorflow as tf


class AffineCoupling(keras.layers.Layer):
    def __init__(self, conditioner, keep="first", **kwargs):
        super().__init__(**kwargs)
        self.conditioner = conditioner
        self.keep = keep

    def split(self, x):
        half = x.shape[-1] // 2
        if self.keep == "first":
            return x[:, :half], x[:, half:]
        return x[:, half:], x[:, :half]

    def join(self, kept, rest):
        return tf.concat([kept, rest] if self.keep == "first" else [rest, kept], axis=1)

    def settings(self, kept):
        log_scale, shift = tf.split(self.conditioner(kept), 2, axis=-1)
        return log_scale, shift

    def call(self, x):
        x = tf.convert_to_tensor(x, dtype=tf.float32)
        kept, rest = self.split(x)
        log_scale, shift = self.settings(kept)
        y = rest * tf.exp(log_scale) + shift
        log_det = tf.reduce_sum(log_scale, axis=1)
        return self.join(kept, y), log_det

    def inverse(self, y):
        y = tf.convert_to_tensor(y, dtype=tf.float32)
        kept, rest = self.split(y)
        log_scale, shift = self.settings(kept)
        x = (rest - shift) * tf.exp(-log_scale)
        return self.join(kept, x)


class Flow(keras.Model):
    def __init__(self, couplings, **kwargs):
        super().__init__(**kwargs)
        self.couplings = list(couplings)

    def call(self, x):
        z = tf.convert_to_tensor(x, dtype=tf.float32)
        total = tf.zeros(tf.shape(z)[0])
        for coupling in self.couplings:
            z, log_det = coupling(z)
            total += log_det
        return z, total

    def inverse(self, z):
        x = tf.convert_to_tensor(z, dtype=tf.float32)
        for coupling in reversed(self.couplings):
            x = coupling.inverse(x)
        return x

    def log_prob(self, x):
        z, log_det = self(x)
        normal = -0.5 * tf.reduce_sum(z**2, axis=1) - 0.5 * z.shape[-1] * math.log(2 * math.pi)
        return normal + log_det

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(self.log_prob(data))
        variables = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": loss}


def make_conditioner():
    layers = keras.layers
    return keras.Sequential([
        keras.Input((1,)),
        layers.Dense(32, activation="gelu"),
        layers.Dense(32, activation="gelu"),
        layers.Dense(2, kernel_initializer="zeros"),
    ])


def train_flow(points):
    keeps = ["first", "second"] * 3
    flow = Flow([AffineCoupling(make_conditioner(), keep=keep) for keep in keeps])
    flow(points[:1])
    epochs, batch = 60, 250
    steps = epochs * len(points) // batch
    rate = keras.optimizers.schedules.CosineDecay(5e-3, steps)
    flow.compile(optimizer=keras.optimizers.Adam(rate, global_clipnorm=5.0))
    flow.fit(points, batch_size=batch, epochs=epochs, verbose=0)
    return flow
