import keras
from keras import ops


class SqueezeExcitation(keras.layers.Layer):
    def __init__(self, reduction=16, **kwargs):
        super().__init__(**kwargs)
        self.reduction = reduction

    def build(self, input_shape):
        channels = input_shape[-1]
        hidden = max(1, channels // self.reduction)
        self.reduce_kernel = self.add_weight(shape=(channels, hidden))
        self.expand_kernel = self.add_weight(shape=(hidden, channels))

    def call(self, inputs):
        means = ops.mean(inputs, axis=(1, 2))
        hidden = ops.relu(means @ self.reduce_kernel)
        gates = ops.sigmoid(hidden @ self.expand_kernel)
        return inputs * gates[:, None, None, :]
