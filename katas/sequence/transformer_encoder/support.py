"""What can be done with a layer only where it lives: to read and set its weights, to compile, to train, to differentiate it."""

import re

import keras
import numpy as np
import tensorflow as tf

PARTS = ("attention", "norm1", "dense1", "dense2", "norm2")


def weights(block):
    """The weights of each of the five layers of a block: a dict of lists of arrays, in Keras' order."""
    return {part: [np.array(weight) for weight in getattr(block, part).get_weights()] for part in PARTS}


def set_weights(block, values):
    """Gives new values to the weights of a block that is built, from such a dict."""
    for part, arrays in values.items():
        getattr(block, part).set_weights([np.asarray(array, dtype="float32") for array in arrays])


def compile_layer(layer, depth):
    """Compiles a call of the layer with a mask, as `fit` does, for inputs of any batch and time.

    Returns:
        A function of the inputs and the mask, or a string that says what was raised.
    """
    signature = [tf.TensorSpec([None, None, depth], "float32"), tf.TensorSpec([None, None], "bool")]

    @tf.function(input_signature=signature, autograph=False)
    def call(inputs, mask):
        return layer(inputs, sequence_mask=mask)

    try:
        compiled = call.get_concrete_function()
    except Exception as error:
        text = re.sub(r"\x1b\[\d+m", "", str(error)).partition("Arguments received")[0]
        return f"{type(error).__name__}: {' '.join(text.split())}"[:200]
    return lambda inputs, mask: compiled(tf.constant(inputs, dtype="float32"), tf.constant(mask))


def gradients(block, inputs, upstream):
    """Differentiates sum(upstream * block(inputs)).

    Returns:
        The gradient with respect to the inputs, and a dict of lists of those with respect to the weights, as in
        `weights`; None where nothing flows.
    """
    inputs = tf.constant(inputs, dtype="float32")
    sources = {part: [weight.value for weight in getattr(block, part).weights] for part in PARTS}
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        total = tf.reduce_sum(tf.constant(upstream, dtype="float32") * block(inputs))
    return list(tape.gradient(total, [inputs, sources]))


def fit(encoder, inputs, mask, targets, batch_size, learning_rate):
    """Trains an encoder, as a model of its own, for one epoch in order, by the mean squared error and plain descent.

    Returns the weights of each of its blocks afterwards.
    """
    sequences, masks = keras.Input((None, inputs.shape[-1])), keras.Input((None,), dtype="bool")
    model = keras.Model([sequences, masks], encoder(sequences, sequence_mask=masks))
    model.compile(keras.optimizers.SGD(learning_rate), "mean_squared_error", jit_compile=False)
    inputs, targets = np.asarray(inputs, dtype="float32"), np.asarray(targets, dtype="float32")
    model.fit([inputs, np.asarray(mask)], targets, batch_size=batch_size, shuffle=False, verbose=0)
    return [weights(block) for block in encoder.blocks]
