"""The gradient flows through dropped units as well.

A unit that was dropped had no part in the output, so nothing can be learned about it from this step. Multiply by the
mask, or choose by it, and leave the gradient to TensorFlow.
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
        scaled = inputs / (1 - self.rate)
        return scaled + ops.stop_gradient(ops.where(is_kept, scaled, 0.0) - scaled)
