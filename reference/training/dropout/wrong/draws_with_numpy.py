"""The mask is drawn by NumPy.

`fit` compiles the layer: it runs the Python code once and repeats only the tensor operations. A mask that NumPy has
drawn there is a constant, the same in every step. Draw it by operations of Keras or TensorFlow.
"""

import keras
import numpy as np
from keras import ops


class Dropout(keras.layers.Layer):
    def __init__(self, rate=0.5, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.generator = np.random.default_rng(seed)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        is_kept = self.generator.random(inputs.shape) >= self.rate
        return ops.where(is_kept, inputs / (1 - self.rate), 0.0)
