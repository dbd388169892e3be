"""What can be done with a cell only where it lives: to set its weights, to differentiate it, to run and to train it."""

import keras
import numpy as np
import tensorflow as tf

NAMES = [f"{part}_{kind}" for kind in ("kernel", "bias") for part in ("forget", "input", "candidate", "output")]


def set_weights(cell, **values):
    """Gives new values to the named weights of a cell that is built."""
    for name, value in values.items():
        getattr(cell, name).assign(np.asarray(value, dtype="float32"))


def gradients(cell, inputs, states, upstream):
    """Differentiates sum(upstream * [h, C]), for the new h and C.

    Returns:
        The gradients with respect to the inputs, h, C and the eight weights, in the order of `NAMES`, as a list; None for
        one through which nothing flows.
    """
    sources = [tf.constant(value, dtype="float32") for value in (inputs, *states)]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        _, new = cell(sources[0], sources[1:])
        total = tf.reduce_sum(tf.constant(upstream, dtype="float32") * tf.stack(list(new)))
    return tape.gradient(total, sources + [getattr(cell, name).value for name in NAMES])


def run(cell, sequences):
    """Runs a cell over arrays of shape `(batch, time, features)`, compiled once for any batch and any time.

    Returns:
        For each array the outputs, of shape `(batch, time, units)`, the last h and the last C.
    """
    layer = keras.layers.RNN(cell, return_sequences=True, return_state=True)
    layer.build(np.shape(sequences[0]))

    @tf.function(input_signature=[tf.TensorSpec([None, None, np.shape(sequences[0])[-1]], "float32")], autograph=False)
    def call(inputs):
        return layer(inputs)

    return [list(call(tf.constant(inputs, dtype="float32"))) for inputs in sequences]


def fit(cell, sequences, targets):
    """Trains a cell and a dense layer after it, with batches of 4.

    Returns:
        The eight weights of the cell before and after, as two lists in the order of `NAMES`.
    """
    model = keras.Sequential([keras.layers.RNN(cell), keras.layers.Dense(1)])
    model.build((None, *np.shape(sequences)[1:]))
    before = [np.array(getattr(cell, name)) for name in NAMES]
    model.compile(keras.optimizers.SGD(0.5), "mse", jit_compile=False)
    model.fit(np.asarray(sequences, "float32"), np.asarray(targets, "float32"), batch_size=4, epochs=2, verbose=0)
    return before, [np.array(getattr(cell, name)) for name in NAMES]
