"""The networks that are measured and trained: plain stacks of dense layers, with given weights."""

import keras
import numpy as np


def make_network(kernels, biases, activation):
    """Makes a stack of dense layers.

    Args:
        kernels: the weights of each layer, arrays of shape `(inputs, units)`.
        biases: the biases of each layer, arrays of shape `(units,)`.
        activation: the activation after every layer but the last, which gives logits.
    """
    names = [activation] * (len(kernels) - 1) + [None]
    layers = [keras.layers.Dense(len(bias), activation=name) for bias, name in zip(biases, names, strict=True)]
    model = keras.Sequential([keras.Input((len(kernels[0]),)), *layers])
    for layer, kernel, bias in zip(layers, kernels, biases, strict=True):
        layer.set_weights([np.asarray(kernel), np.asarray(bias)])
    return model


def weights_of(model):
    """Reads all weights: kernel and bias of the first layer, kernel and bias of the second, and so on."""
    return model.get_weights()
