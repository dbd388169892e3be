"""What is kept is scaled down instead of up.

It is multiplied by 1 - rate, so the next layer gets even less than without a scale. Divide by 1 - rate: few units have
to speak for all.
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
        return ops.where(is_kept, inputs * (1 - self.rate), 0.0)
