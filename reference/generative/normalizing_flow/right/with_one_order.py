"""Keras: a permutation matrix puts the features in the order kept, rest, and its transpose puts them back."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops


class AffineCoupling(keras.layers.Layer):
    def __init__(self, conditioner, keep="first", **kwargs):
        super().__init__(**kwargs)
        self.conditioner, self.keep = conditioner, keep

    def transform(self, points, backward):
        dims = points.shape[-1]
        order = np.arange(dims) if self.keep == "first" else np.roll(np.arange(dims), -(dims // 2))
        size = dims // 2 if self.keep == "first" else dims - dims // 2
        turn = np.eye(dims, dtype="float32")[order]
        points = ops.matmul(points, turn.T)
        numbers = self.conditioner(points[:, :size])
        slope, height = ops.exp(numbers[:, : dims - size]), numbers[:, dims - size :]
        rest = (points[:, size:] - height) / slope if backward else height + slope * points[:, size:]
        result = ops.matmul(ops.concatenate([points[:, :size], rest], axis=-1), turn)
        return result, ops.sum(ops.log(slope), axis=-1)

    def call(self, x):
        return self.transform(x, backward=False)

    def inverse(self, y):
        return self.transform(y, backward=True)[0]


class Flow(keras.Model):
    def __init__(self, couplings, **kwargs):
        super().__init__(**kwargs)
        self.couplings = couplings

    def call(self, x):
        stretches = []
        for coupling in self.couplings:
            x, stretch = coupling(x)
            stretches.append(stretch)
        return x, sum(stretches)

    def inverse(self, z):
        for number in range(len(self.couplings), 0, -1):
            z = self.couplings[number - 1].inverse(z)
        return z

    def log_prob(self, x):
        return self.density(*self(x))

    def density(self, z, log_det):
        return log_det - 0.5 * ops.sum(ops.square(z), axis=-1) - z.shape[-1] / 2 * np.log(2 * np.pi)


def train_flow(points):
    couplings = []
    for number in range(4):
        inputs = keras.Input((1,))
        hidden = keras.layers.Dense(32, activation="gelu")(keras.layers.Dense(32, activation="gelu")(inputs))
        scale, shift = (keras.layers.Dense(1, kernel_initializer="zeros")(hidden) for _ in range(2))
        outputs = keras.layers.Concatenate()([4 * ops.tanh(scale / 4), shift])
        couplings.append(AffineCoupling(keras.Model(inputs, outputs), "second" if number % 2 else "first"))
    flow = Flow(couplings)
    flow(points[:1])
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-2, 300), global_clipnorm=1.0)

    optimizer.build(flow.trainable_weights)
    shuffled = np.random.permutation(points)

    @tf.function
    def train():
        for start in 256 * tf.range(300):
            batch = tf.gather(shuffled, (start + tf.range(256)) % len(shuffled))
            with tf.GradientTape() as tape:
                z, log_det = flow(batch)
                loss = ops.mean(ops.sum(z * z, axis=-1) / 2 - log_det)
            optimizer.apply(tape.gradient(loss, flow.trainable_weights), flow.trainable_weights)

    train()
    return flow
