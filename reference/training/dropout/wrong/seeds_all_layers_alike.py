"""Layers without a seed all have the same one.

A fixed number stands in for None, so that all layers of a network drop the units at the same places, in every run of
the program. Where no seed is given, each layer needs random numbers of its own.
"""

import keras
from keras import ops


class Dropout(keras.layers.Layer):
    def __init__(self, rate=0.5, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed or 0)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        is_kept = keras.random.uniform(ops.shape(inputs), seed=self.seed_generator) >= self.rate
        return ops.where(is_kept, inputs / (1 - self.rate), 0.0)
