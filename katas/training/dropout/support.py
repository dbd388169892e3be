"""What can be done with a layer only where it lives: to compile it, and to differentiate through it."""

import re

import tensorflow as tf


def compile_layer(layer, shape):
    """Compiles a call of the layer with `training=True`, as `fit` does, for inputs of this shape.

    The batch, the first entry of `shape`, may be None: a batch of any size. Returns a function of the inputs.
    """
    layer(tf.zeros([1, *shape[1:]]), training=True)

    @tf.function(input_signature=[tf.TensorSpec(shape, "float32")], autograph=False)
    def call(inputs):
        return layer(inputs, training=True)

    return lambda inputs: call(tf.constant(inputs, dtype="float32"))


def why_it_cannot_compile(layer, shape):
    """Says what is raised when the layer is compiled for inputs of this shape, or None if nothing is."""
    try:
        compile_layer(layer, shape)(tf.zeros([2, *shape[1:]]))
    except Exception as error:
        text = re.sub(r"\x1b\[\d+m", "", str(error)).partition("Arguments received")[0]
        return f"{type(error).__name__}: {' '.join(text.split())}"[:200]
    return None


def gradient(layer, inputs, upstream):
    """Differentiates sum(upstream * layer(inputs, training=True)) with respect to the inputs.

    Returns:
        The outputs of the layer and the gradient, as a list; the gradient is None if nothing flows.
    """
    inputs = tf.constant(inputs, dtype="float32")
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(inputs, training=True)
        total = tf.reduce_sum(tf.constant(upstream, dtype="float32") * outputs)
    return [outputs, tape.gradient(total, inputs)]
