import keras
from keras import ops


class SqueezeExcitation(keras.layers.Layer):
    def __init__(self, reduction=16, **kwargs):
        super().__init__(**kwargs)
        self.reduction = reduction

    def build(self, input_shape):
        channels = input_shape[-1]
        hidden = max(1, channels // self.reduction)
        self.reduce_kernel = self.add_weight(name="reduce_kernel", shape=(channels, hidden))
        self.expand_kernel = self.add_weight(name="expand_kernel", shape=(hidden, channels))

    def call(self, inputs):
        squeezed = ops.mean(inputs, axis=(1, 2))
        hidden = ops.relu(ops.matmul(squeezed, self.reduce_kernel))
        gates = ops.sigmoid(ops.matmul(hidden, self.expand_kernel))
        return inputs * gates[:, None, None, :]
