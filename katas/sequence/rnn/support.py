"""What can be done with a layer only where it lives: to set its weights, to compile, to train and to differentiate it."""

import re

import keras
import numpy as np
import tensorflow as tf


def set_weights(layer, **values):
    """Gives new values to the named weights of a layer that is built."""
    for name, value in values.items():
        getattr(layer, name).assign(np.asarray(value, dtype="float32"))


def compile_layer(layer, features, training):
    """Compiles a call of the layer, as `fit` does, for inputs of any batch and time.

    Returns:
        A function of the inputs, or a string that says what was raised.
    """

    @tf.function(input_signature=[tf.TensorSpec([None, None, features], "float32")], autograph=False)
    def call(inputs):
        return layer(inputs, training=training)

    try:
        compiled = call.get_concrete_function()
    except Exception as error:
        text = re.sub(r"\x1b\[\d+m", "", str(error)).partition("Arguments received")[0]
        return f"{type(error).__name__}: {' '.join(text.split())}"[:200]
    return lambda inputs: compiled(tf.constant(inputs, dtype="float32"))


def gradients(layer, inputs, upstream, names):
    """Gives the gradients of sum(upstream * layer(inputs)) for inputs and named weights; None where nothing flows."""
    inputs = tf.constant(inputs, dtype="float32")
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        total = tf.reduce_sum(tf.constant(upstream, dtype="float32") * layer(inputs))
    return tape.gradient(total, [inputs, *(getattr(layer, name).value for name in names)])


def fit(layer, inputs, targets, batch_size, learning_rate, names, run_eagerly=False):
    """Trains the layer, as a model of its own, for one epoch in order, by the mean squared error and plain descent.

    Returns the named weights afterwards.
    """
    model = keras.Sequential([layer])
    model.compile(keras.optimizers.SGD(learning_rate), "mean_squared_error", run_eagerly=run_eagerly, jit_compile=False)
    inputs, targets = np.asarray(inputs, dtype="float32"), np.asarray(targets, dtype="float32")
    model.fit(inputs, targets, batch_size=batch_size, shuffle=False, verbose=0)
    return [getattr(layer, name) for name in names]
