"""Samples are dropped as a whole.

There is one random number for a sample, so all its units fall silent together, and nothing can be learned from it. Each
unit of each sample has a number of its own.
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
        shape = (ops.shape(inputs)[0], *[1] * (ops.ndim(inputs) - 1))
        is_kept = keras.random.uniform(shape, seed=self.seed_generator) >= self.rate
        return ops.where(is_kept, inputs / (1 - self.rate), 0.0)
