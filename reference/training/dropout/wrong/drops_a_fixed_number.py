"""The same number of units is dropped in every sample.

Then a unit's fate depends on the others: where many have been dropped already, the rest is safe. Decide for each unit
by itself, and let the number vary.
"""

import keras
import numpy as np
from keras import ops


class Dropout(keras.layers.Layer):
    def __init__(self, rate=0.5, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        numbers = keras.random.uniform(ops.shape(inputs), seed=self.seed_generator)
        rows = ops.reshape(numbers, (ops.shape(inputs)[0], -1))
        ranks = ops.argsort(ops.argsort(rows, axis=1), axis=1)
        is_kept = ops.reshape(ranks >= round(self.rate * np.prod(inputs.shape[1:])), ops.shape(inputs))
        return ops.where(is_kept, inputs / (1 - self.rate), 0.0)
