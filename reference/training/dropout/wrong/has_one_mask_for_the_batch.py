"""All samples of a batch have the same mask.

Then each step trains one thinned network on the whole batch, and its noise does not average out over the samples. Draw
one number for each entry of the inputs, the batch axis included.
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
        shape = (1, *ops.shape(inputs)[1:])
        is_kept = keras.random.uniform(shape, seed=self.seed_generator) >= self.rate
        return ops.where(is_kept, inputs / (1 - self.rate), 0.0)
