"""Blocks of Keras: global pooling, two dense layers without a bias, and a product."""

import keras
from keras import layers


class SqueezeExcitation(keras.layers.Layer):
    def __init__(self, reduction=16, **kwargs):
        super().__init__(**kwargs)
        self.reduction = reduction
        self.pool = layers.GlobalAveragePooling2D(keepdims=True)
        self.scale = layers.Multiply()

    def build(self, input_shape):
        channels = input_shape[-1]
        self.reduce = layers.Dense(max(channels // self.reduction, 1), activation="relu", use_bias=False)
        self.expand = layers.Dense(channels, activation="sigmoid", use_bias=False)
        self.reduce.build((None, 1, 1, channels))
        self.expand.build((None, 1, 1, self.reduce.units))
        self.reduce_kernel, self.expand_kernel = self.reduce.kernel, self.expand.kernel

    def call(self, inputs):
        return self.scale([inputs, self.expand(self.reduce(self.pool(inputs)))])
