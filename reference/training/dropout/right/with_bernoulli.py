"""Bernoulli numbers of Keras times the inputs, flattened and put back into shape."""

import keras
from keras import ops


class Dropout(keras.layers.Layer):
    def __init__(self, rate=0.5, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate, self.numbers = rate, keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        if training:
            flat = ops.reshape(inputs, (-1,))
            kept = keras.random.binomial(ops.shape(flat), counts=1, probabilities=1 - self.rate, seed=self.numbers)
            inputs = ops.reshape(flat * kept, ops.shape(inputs)) / (1 - self.rate)
        return inputs
