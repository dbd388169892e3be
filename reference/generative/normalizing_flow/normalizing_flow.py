"""Normalizing flow: an invertible network that knows how likely each point is."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras import ops

BATCH_SIZE, STEPS = 256, 400


class AffineCoupling(layers.Layer):
    """Leaves one half of the features as it is, and shifts and scales the other by what it sees there."""

    def __init__(self, conditioner: Callable, keep: str = "first", **kwargs):
        """Keeps the settings."""
        super().__init__(**kwargs)
        self.conditioner = conditioner
        self.keep = keep

    def split(self, x: keras.KerasTensor) -> list[keras.KerasTensor]:
        """Divides points into what stays and what changes, and says how it changes."""
        halves = ops.split(x, [x.shape[-1] // 2], axis=-1)
        kept, rest = halves if self.keep == "first" else reversed(halves)
        return [kept, rest, *ops.split(self.conditioner(kept), 2, axis=-1)]

    def join(self, kept: keras.KerasTensor, rest: keras.KerasTensor) -> keras.KerasTensor:
        """Puts both halves back where they were."""
        return ops.concatenate([kept, rest] if self.keep == "first" else [rest, kept], axis=-1)

    def call(self, x: keras.KerasTensor) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Transforms points, and says by how much that stretches the space around each."""
        kept, rest, log_scale, shift = self.split(x)
        return self.join(kept, rest * ops.exp(log_scale) + shift), ops.sum(log_scale, axis=-1)

    def inverse(self, y: keras.KerasTensor) -> keras.KerasTensor:
        """Finds the points that `call` transforms to these."""
        kept, rest, log_scale, shift = self.split(y)
        return self.join(kept, (rest - shift) * ops.exp(-log_scale))


class Flow(keras.Model):
    """Couplings one after another, from the data to noise."""

    def __init__(self, couplings: list[AffineCoupling], **kwargs):
        """Keeps the couplings."""
        super().__init__(**kwargs)
        self.couplings = couplings

    def call(self, x: keras.KerasTensor) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Leads data points to noise."""
        total = 0.0
        for coupling in self.couplings:
            x, log_det = coupling(x)
            total += log_det
        return x, total

    def inverse(self, z: keras.KerasTensor) -> keras.KerasTensor:
        """Leads noise back to data points."""
        for coupling in reversed(self.couplings):
            z = coupling.inverse(z)
        return z

    def log_prob(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Says how likely points are."""
        z, log_det = self(x)
        return log_det - ops.sum(z**2 + np.log(2 * np.pi), axis=-1) / 2


def train_flow(points: np.ndarray) -> Flow:
    """Trains a flow by maximum likelihood."""
    couplings = []
    for keep in ("first", "second", "first", "second"):
        hidden = [layers.Dense(32, activation="gelu") for _ in range(2)]
        conditioner = keras.Sequential([*hidden, layers.Dense(2, kernel_initializer="zeros")])
        couplings.append(AffineCoupling(conditioner, keep))
    flow = Flow(couplings)
    flow(points[:1])
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(5e-3, STEPS))
    optimizer.build(flow.trainable_variables)

    @tf.function
    def train():
        for _ in tf.range(STEPS):
            batch = tf.gather(points, tf.random.uniform((BATCH_SIZE,), maxval=len(points), dtype=tf.int32))
            with tf.GradientTape() as tape:
                loss = -ops.mean(flow.log_prob(batch))
            optimizer.apply(tape.gradient(loss, flow.trainable_variables), flow.trainable_variables)

    train()
    return flow
