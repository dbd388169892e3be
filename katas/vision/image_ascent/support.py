"""The network that is looked into: small, convolutional, with random weights, and the same for the same seed."""

import keras
import numpy as np
import tensorflow as tf


def make_network(seed, shape=(16, 16, 1), units=6, silent=()):
    """Makes a network that maps images of shape `(batch, height, width, channels)` to `(batch, units)` activations.

    Args:
        seed: an integer; the same seed gives the same weights, in any process.
        shape: `(height, width, channels)` of an image.
        units: how many units the last layer has.
        silent: the units whose activation is 0 for every image.
    """

    def weights(index, spread):
        return keras.initializers.RandomNormal(stddev=spread, seed=100 * seed + index)

    network = keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Conv2D(8, 5, strides=2, padding="same", activation="silu", kernel_initializer=weights(0, 0.5)),
            keras.layers.Flatten(),
            keras.layers.Dense(units, kernel_initializer=weights(1, 0.3), bias_initializer=weights(2, 0.1)),
        ]
    )
    head = network.layers[-1]
    kernel, bias = head.get_weights()
    kernel[:, list(silent)], bias[list(silent)] = 0.0, 0.0
    head.set_weights([kernel, bias])
    return network


def activation(network, unit, image):
    """The activation of a unit for one image."""
    return float(network(np.asarray(image, dtype="float32")[None])[0, unit])


def gradient(network, unit, image):
    """The gradient of that activation with respect to the image."""
    images = tf.constant(np.asarray(image)[None], dtype="float32")
    with tf.GradientTape() as tape:
        tape.watch(images)
        activations = network(images)[:, unit]
    return tape.gradient(activations, images)[0]
