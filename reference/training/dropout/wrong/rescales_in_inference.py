"""The scale is applied in inference instead of training.

That is how the original paper balances both, with a factor 1 - rate in inference. Inverted dropout divides by 1 - rate
in training, so that inference is left alone and may run without the layer.
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
            return inputs * (1 - self.rate)
        is_kept = keras.random.uniform(ops.shape(inputs), seed=self.seed_generator) >= self.rate
        return ops.where(is_kept, inputs, 0.0)
