"""Squeeze and excitation: attention to the channels of an image."""

import keras
from keras import ops


class SqueezeExcitation(keras.layers.Layer):
    """Multiplies each channel of an image by a gate that all channels together decide."""

    def __init__(self, reduction: int = 16, **kwargs):
        """Keeps the settings."""
        super().__init__(**kwargs)
        self.reduction = reduction

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes both kernels; Keras calls it before the first `call`."""
        channels = input_shape[-1]
        hidden = max(1, channels // self.reduction)
        self.reduce_kernel = self.add_weight(name="reduce_kernel", shape=(channels, hidden))
        self.expand_kernel = self.add_weight(name="expand_kernel", shape=(hidden, channels))

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Weighs the channels of each image."""
        squeezed = ops.mean(inputs, axis=(1, 2), keepdims=True)
        hidden = ops.relu(ops.matmul(squeezed, self.reduce_kernel))
        gates = ops.sigmoid(ops.matmul(hidden, self.expand_kernel))
        return inputs * gates
