"""What is kept is divided by the rate.

The share that remains is 1 - rate, and dividing by this share makes up for what is missing. At a rate of 0.5 the two
are equal, which hides the slip.
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
        return ops.where(is_kept, inputs / self.rate if self.rate else inputs, 0.0)
