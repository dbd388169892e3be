"""The layer needs to know the size of the batch in advance.

`inputs.shape` has None for the batch while `fit` compiles the layer, since the last batch of an epoch may be smaller.
Ask for the shape by an operation, which answers when the layer runs.
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
        is_kept = keras.random.uniform(inputs.shape, seed=self.seed_generator) >= self.rate
        return ops.where(is_kept, inputs / (1 - self.rate), 0.0)
