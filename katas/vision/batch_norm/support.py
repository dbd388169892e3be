"""What can be done with a layer only where it lives: to set its weights, and to differentiate through it."""

import numpy as np
import tensorflow as tf


def set_weights(layer, **values):
    """Gives new values to the named weights of a layer that is built."""
    for name, value in values.items():
        getattr(layer, name).assign(np.asarray(value, dtype="float32"))


def gradients(layer, inputs, upstream):
    """Differentiates sum(upstream * layer(inputs, training=True)) with respect to the inputs, gamma and beta.

    Returns:
        The three gradients as a list, in this order; None for one through which nothing flows.
    """
    inputs = tf.constant(inputs, dtype="float32")
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = tf.cast(layer(inputs, training=True), "float32")
        total = tf.reduce_sum(tf.constant(upstream, dtype="float32") * outputs)
    return tape.gradient(total, [inputs, layer.gamma.value, layer.beta.value])
