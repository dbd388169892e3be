"""Dropout: train with holes, and no unit can rely on its neighbour."""

import keras
from keras import ops


class Dropout(keras.layers.Layer):
    """Drops random units in training and scales up what is left (inverted dropout)."""

    def __init__(self, rate: float = 0.5, seed: int | None = None, **kwargs):
        """Keeps the settings."""
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """Drops units of a batch in training, and returns the inputs otherwise."""
        if not training:
            return inputs
        is_kept = keras.random.uniform(ops.shape(inputs), seed=self.seed_generator) >= self.rate
        return ops.where(is_kept, inputs / (1.0 - self.rate), 0.0)
