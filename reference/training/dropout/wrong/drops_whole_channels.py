"""Channels are dropped as a whole.

A channel of a sample is on or off at all positions: that is spatial dropout, a relative of this layer. Here every entry
of the inputs is a unit of its own.
"""

import keras
from keras import ops


class Dropout(keras.layers.Layer):
    def __init__(self, rate=0.5, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        shape = ops.shape(inputs)
        shape = (shape[0], *[1] * (len(shape) - 2), *shape[1:][-1:])
        is_kept = keras.random.uniform(shape, seed=self.seed_generator) >= self.rate
        return ops.where(is_kept, inputs / (1 - self.rate), 0.0)
