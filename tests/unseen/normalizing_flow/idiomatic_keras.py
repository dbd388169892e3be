"""Normalizing flow: an invertible network that knows how likely each point is."""

import math

import keras
import numpy as np
from keras import ops


class AffineCoupling(keras.layers.Layer):
    """Leaves one half of the features as it is, and shifts and scales the other by what it sees there."""

    def __init__(self, conditioner, keep="first", **kwargs):
        super().__init__(**kwargs)
        if keep not in ("first", "second"):
            raise ValueError(f"keep must be 'first' or 'second', not {keep!r}")
        self.conditioner = conditioner
        self.keep = keep

    def _split(self, x):
        half = x.shape[-1] // 2
        first, second = x[:, :half], x[:, half:]
        return (first, second) if self.keep == "first" else (second, first)

    def _join(self, kept, rest):
        parts = [kept, rest] if self.keep == "first" else [rest, kept]
        return ops.concatenate(parts, axis=-1)

    def _parameters(self, kept):
        log_scale, shift = ops.split(self.conditioner(kept), 2, axis=-1)
        return log_scale, shift

    def call(self, x):
        kept, rest = self._split(x)
        log_scale, shift = self._parameters(kept)
        y = self._join(kept, rest * ops.exp(log_scale) + shift)
        return y, ops.sum(log_scale, axis=-1)

    def inverse(self, y):
        y = ops.convert_to_tensor(y, dtype="float32")
        kept, rest = self._split(y)
        log_scale, shift = self._parameters(kept)
        return self._join(kept, (rest - shift) * ops.exp(-log_scale))


class Flow(keras.Model):
    """Couplings one after another, from the data to noise."""

    def __init__(self, couplings, **kwargs):
        super().__init__(**kwargs)
        self.couplings = list(couplings)

    def call(self, x):
        z = x
        total = ops.zeros_like(x[:, 0])
        for coupling in self.couplings:
            z, log_det = coupling(z)
            total = total + log_det
        return z, total

    def inverse(self, z):
        x = ops.convert_to_tensor(z, dtype="float32")
        for coupling in reversed(self.couplings):
            x = coupling.inverse(x)
        return x

    def log_prob(self, x):
        x = ops.convert_to_tensor(x, dtype="float32")
        z, log_det = self(x)
        return self._log_density(z, log_det)

    def _log_density(self, z, log_det):
        dims = z.shape[-1]
        log_normal = -0.5 * ops.sum(ops.square(z), axis=-1) - 0.5 * dims * math.log(2.0 * math.pi)
        return log_normal + log_det

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        z, log_det = y_pred
        return -ops.mean(self._log_density(z, log_det))


def make_conditioner(rest):
    return keras.Sequential(
        [
            keras.layers.Dense(32, activation="gelu"),
            keras.layers.Dense(32, activation="gelu"),
            keras.layers.Dense(2 * rest, kernel_initializer="zeros"),
        ]
    )


def train_flow(points):
    """Trains a flow by maximum likelihood."""
    points = np.asarray(points, dtype="float32")
    keeps = ["first", "second", "first", "second", "first", "second"]
    flow = Flow([AffineCoupling(make_conditioner(1), keep=keep) for keep in keeps])
    batch_size, epochs = 256, 75
    steps = epochs * math.ceil(len(points) / batch_size)
    schedule = keras.optimizers.schedules.CosineDecay(5e-3, decay_steps=steps)
    flow.compile(optimizer=keras.optimizers.Adam(schedule, clipnorm=1.0), jit_compile=False)
    flow.fit(points, batch_size=batch_size, epochs=epochs, shuffle=True, verbose=0)
    return flow
