"""What can be done with a layer only where it lives: to set its weights, to compile, to train and to differentiate it."""

import re

import keras
import numpy as np
import tensorflow as tf

KERNELS = ("query_kernel", "key_kernel", "value_kernel", "output_kernel")


def set_weights(layer, *values):
    """Gives new values to the kernels of a layer that is built: query, key, value, output."""
    for name, value in zip(KERNELS, values, strict=True):
        getattr(layer, name).assign(np.asarray(value, dtype="float32"))


def gradients(layer, query, key, value, mask, upstream):
    """Gives the gradients of sum(upstream * outputs) for three inputs and four kernels; None where nothing flows."""
    inputs = [tf.constant(array, dtype="float32") for array in (query, key, value)]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(*inputs, attention_mask=tf.constant(mask))
        total = tf.reduce_sum(tf.constant(upstream, dtype="float32") * outputs)
    return tape.gradient(total, [*inputs, *(getattr(layer, name).value for name in KERNELS)])


def place(layer, depths):
    """Calls the layer with symbolic inputs whose batch and times are unknown, as a model does before it is compiled.

    Returns:
        The three inputs, the mask and the output, or a string that says what was raised.
    """
    places = [keras.Input((None, depth)) for depth in depths]
    may_attend = keras.Input((None, None), dtype="bool")
    try:
        return *places, may_attend, layer(*places, attention_mask=may_attend)
    except Exception as error:
        text = re.sub(r"\x1b\[\d+m", "", str(error)).partition("Arguments received")[0]
        return f"{type(error).__name__}: {' '.join(text.split())}"[:200]


def fit(layer, inputs, mask, targets, batch_size, learning_rate, more):
    """Trains the layer, as a model of its own, for one epoch in order, by the mean squared error and plain descent.

    Returns the four kernels afterwards and, for each of the four inputs in `more`, what the compiled model then predicts.
    """
    *places, outputs = place(layer, [array.shape[-1] for array in inputs])
    model = keras.Model(places, outputs)
    model.compile(keras.optimizers.SGD(learning_rate), "mean_squared_error")
    arrays = [np.asarray(array, dtype="float32") for array in inputs]
    model.fit([*arrays, mask], np.asarray(targets, dtype="float32"), batch_size, shuffle=False, verbose=0)
    predictions = [model.predict_on_batch(list(arguments)) for arguments in more]
    return [np.array(getattr(layer, name)) for name in KERNELS], predictions


def output_shape(layer, depths):
    """The shape of the symbolic output for inputs of these depths, or a string that says what was raised."""
    placed = place(layer, depths)
    return placed if isinstance(placed, str) else list(placed[-1].shape)
