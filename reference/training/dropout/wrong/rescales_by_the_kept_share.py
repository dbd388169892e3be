"""The scale is taken from the units that happen to be kept.

Their share varies from batch to batch, so a unit's output depends on the fate of all others. The scale is 1 / (1 -
rate), a constant: the expectation of each unit then is its input.
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
        is_kept = keras.random.uniform(ops.shape(inputs), seed=self.seed_generator) >= self.rate
        share = ops.mean(ops.cast(is_kept, "float32"))
        return ops.where(is_kept, inputs / share, 0.0)
