"""What can be done with a layer only where it lives: to read and set its weights, to compile, to train, to differentiate it."""

import re

import keras
import numpy as np
import tensorflow as tf

PARTS = ("self_attention", "norm1", "cross_attention", "norm2", "dense1", "dense2", "norm3")


def weights(block):
    """The weights of each of the seven layers of a block: a dict of lists of arrays, in Keras' order."""
    return {part: [np.array(weight) for weight in getattr(block, part).get_weights()] for part in PARTS}


def set_weights(block, values):
    """Gives new values to the weights of a block that is built, from such a dict."""
    for part, arrays in values.items():
        getattr(block, part).set_weights([np.asarray(array, dtype="float32") for array in arrays])


def compile_layer(block, depth):
    """Compiles a call of the block with a mask, as `fit` does, for any batch and any lengths.

    Returns:
        A function of the targets, the memory and its mask, or a string that says what was raised.
    """
    sequences = tf.TensorSpec([None, None, depth], "float32")

    @tf.function(input_signature=[sequences, sequences, tf.TensorSpec([None, None], "bool")], autograph=False)
    def call(targets, memory, memory_mask):
        return block(targets, memory, memory_mask=memory_mask)

    try:
        compiled = call.get_concrete_function()
    except Exception as error:
        text = re.sub(r"\x1b\[\d+m", "", str(error)).partition("Arguments received")[0]
        return f"{type(error).__name__}: {' '.join(text.split())}"[:200]
    return lambda targets, memory, mask: compiled(
        tf.constant(targets, dtype="float32"), tf.constant(memory, dtype="float32"), tf.constant(mask)
    )


def gradients(block, targets, memory, upstream):
    """Differentiates sum(upstream * block(targets, memory)).

    Returns:
        The gradients with respect to the targets and the memory, and a dict of lists of those with respect to the
        weights, as in `weights`; None where nothing flows.
    """
    targets, memory = tf.constant(targets, dtype="float32"), tf.constant(memory, dtype="float32")
    sources = {part: [weight.value for weight in getattr(block, part).weights] for part in PARTS}
    with tf.GradientTape() as tape:
        tape.watch([targets, memory])
        total = tf.reduce_sum(tf.constant(upstream, dtype="float32") * block(targets, memory))
    return list(tape.gradient(total, [targets, memory, sources]))


def fit(block, targets, memory, mask, wanted, batch_size, learning_rate):
    """Trains a block, as a model of its own, for one epoch in order, by the mean squared error and plain descent.

    Returns its weights afterwards.
    """
    inputs = [keras.Input((None, targets.shape[-1])), keras.Input((None, memory.shape[-1]))]
    inputs.append(keras.Input((None,), dtype="bool"))
    model = keras.Model(inputs, block(inputs[0], inputs[1], memory_mask=inputs[2]))
    model.compile(keras.optimizers.SGD(learning_rate), "mean_squared_error", jit_compile=False)
    targets, memory, wanted = (np.asarray(array, dtype="float32") for array in (targets, memory, wanted))
    model.fit([targets, memory, np.asarray(mask)], wanted, batch_size=batch_size, shuffle=False, verbose=0)
    return weights(block)
