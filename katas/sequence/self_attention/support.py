"""What can be done with a layer only where it lives: to set its weights, to compile, to train and to differentiate it."""

import re

import keras
import numpy as np
import tensorflow as tf

KERNELS = ("query_kernel", "key_kernel", "value_kernel")


def set_weights(layer, *values):
    """Gives new values to the kernels of a layer that is built: query, key, value."""
    for name, value in zip(KERNELS, values, strict=True):
        getattr(layer, name).assign(np.asarray(value, dtype="float32"))


def compile_layer(layer, depth):
    """Compiles a call of the layer, as `fit` does, for inputs of any batch and time.

    Returns:
        A function of the inputs, or a string that says what was raised.
    """

    @tf.function(input_signature=[tf.TensorSpec([None, None, depth], "float32")], autograph=False)
    def call(inputs):
        return layer(inputs)

    try:
        compiled = call.get_concrete_function()
    except Exception as error:
        text = re.sub(r"\x1b\[\d+m", "", str(error)).partition("Arguments received")[0]
        return f"{type(error).__name__}: {' '.join(text.split())}"[:200]
    return lambda inputs: compiled(tf.constant(inputs, dtype="float32"))


def gradients(layer, inputs, upstream):
    """Gives the gradients of sum(upstream * layer(inputs)) for inputs and three kernels; None where nothing flows."""
    inputs = tf.constant(inputs, dtype="float32")
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        total = tf.reduce_sum(tf.constant(upstream, dtype="float32") * layer(inputs))
    return tape.gradient(total, [inputs, *(getattr(layer, name).value for name in KERNELS)])


def fit(layer, inputs, targets, batch_size, learning_rate):
    """Trains the layer, as a model of its own, for one epoch in order, by the mean squared error and plain descent.

    Returns the three kernels afterwards.
    """
    first = keras.Input((None, inputs.shape[-1]))
    model = keras.Model(first, layer(first))
    model.compile(keras.optimizers.SGD(learning_rate), "mean_squared_error", jit_compile=False)
    inputs, targets = np.asarray(inputs, dtype="float32"), np.asarray(targets, dtype="float32")
    model.fit(inputs, targets, batch_size=batch_size, shuffle=False, verbose=0)
    return [getattr(layer, name) for name in KERNELS]
