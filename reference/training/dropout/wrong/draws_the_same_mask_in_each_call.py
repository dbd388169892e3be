"""Every call has the same mask.

The random numbers come from a fixed integer, which gives the same ones each time, so some units are never trained. Draw
from a source that moves on with each call.
"""

import random

import keras
from keras import ops


class Dropout(keras.layers.Layer):
    def __init__(self, rate=0.5, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = random.randrange(2**31) if seed is None else seed

    def call(self, inputs, training=False):
        if not training:
            return inputs
        is_kept = keras.random.uniform(ops.shape(inputs), seed=self.seed) >= self.rate
        return ops.where(is_kept, inputs / (1 - self.rate), 0.0)
