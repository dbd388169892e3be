"""TensorFlow, and a training loop with a gradient tape."""

import keras
import numpy as np
import tensorflow as tf


class AffineCoupling(keras.layers.Layer):
    def __init__(self, conditioner, keep="first", **kwargs):
        super().__init__(**kwargs)
        self.conditioner = conditioner
        self.keep = keep

    def halves(self, x):
        size = x.shape[-1] // 2
        return (x[:, :size], x[:, size:]) if self.keep == "first" else (x[:, size:], x[:, :size])

    def join(self, kept, rest):
        return tf.concat([kept, rest] if self.keep == "first" else [rest, kept], axis=-1)

    def call(self, x):
        kept, rest = self.halves(x)
        log_scale, shift = tf.split(self.conditioner(kept), 2, axis=-1)
        y = rest * tf.exp(log_scale) + shift
        log_det = tf.reduce_sum(log_scale, axis=-1)
        return self.join(kept, y), log_det

    def inverse(self, y):
        kept, rest = self.halves(y)
        log_scale, shift = tf.split(self.conditioner(kept), 2, axis=-1)
        x = (rest - shift) * tf.exp(-log_scale)
        return self.join(kept, x)


class Flow(keras.Model):
    def __init__(self, couplings, **kwargs):
        super().__init__(**kwargs)
        self.couplings = couplings

    def call(self, x):
        total = 0.0
        for coupling in self.couplings:
            x, log_det = coupling(x)
            total += log_det
        return x, total

    def inverse(self, z):
        for coupling in self.couplings[::-1]:
            z = coupling.inverse(z)
        return z

    def log_prob(self, x):
        z, log_det = self(x)
        base = -0.5 * tf.reduce_sum(z**2, axis=-1) - 0.5 * z.shape[-1] * np.log(2 * np.pi)
        return base + log_det


def make_conditioner():
    hidden = [keras.layers.Dense(32, activation="gelu") for _ in range(2)]
    return keras.Sequential([*hidden, keras.layers.Dense(2, kernel_initializer="zeros")])


def train_flow(points, steps=400, batch_size=256):
    flow = Flow([AffineCoupling(make_conditioner(), ["first", "second"][k % 2]) for k in range(4)])
    flow(points[:1])
    weights = flow.trainable_variables
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(5e-3, steps), global_clipnorm=1.0)
    optimizer.build(weights)

    @tf.function
    def train():
        for _ in tf.range(steps):
            batch = tf.gather(points, tf.random.uniform([batch_size], maxval=len(points), dtype=tf.int32))
            with tf.GradientTape() as tape:
                loss = -tf.reduce_mean(flow.log_prob(batch))
            optimizer.apply(tape.gradient(loss, weights), weights)

    train()
    return flow
