"""What can be done with a layer only where it lives: to set its weights, to compile it, to train it, to differentiate."""

import re

import keras
import numpy as np
import tensorflow as tf


def set_weight(layer, embeddings):
    """Builds the layer by a call, and gives it this table of embeddings; returns the shapes of its weights."""
    layer(tf.zeros([1, 1], "int32"))
    shapes = [list(weight.shape) for weight in layer.weights]
    if shapes == [list(np.shape(embeddings))]:
        layer.set_weights([np.asarray(embeddings, dtype="float32")])
    return shapes


def compile_layer(layer):
    """Compiles a call of the layer, for a batch of any size and sequences of any length; returns a function of the tokens."""

    @tf.function(input_signature=[tf.TensorSpec([None, None], "int32")], autograph=False)
    def call(tokens):
        return layer(tokens)

    return lambda tokens: call(tf.constant(tokens, dtype="int32"))


def why_it_cannot_compile(layer):
    """Says what is raised when the layer is compiled and called, or None if nothing is."""
    try:
        compile_layer(layer)(np.zeros((2, 3)))
    except Exception as error:
        text = re.sub(r"\x1b\[\d+m", "", str(error)).partition("Arguments received")[0]
        return f"{type(error).__name__}: {' '.join(text.split())}"[:200]
    return None


def fit(layer, tokens, targets, learning_rate, batch_size):
    """Trains the layer for one epoch by plain gradient descent on the mean squared error, without shuffling.

    Returns:
        The table of embeddings afterwards.
    """
    inputs = keras.Input((None,), dtype="int32")
    model = keras.Model(inputs, layer(inputs))
    model.compile(keras.optimizers.SGD(learning_rate), "mse", jit_compile=False)
    tokens, targets = np.asarray(tokens, dtype="int32"), np.asarray(targets, dtype="float32")
    model.fit(tokens, targets, batch_size=batch_size, epochs=1, shuffle=False, verbose=0)
    return layer.get_weights()[0]


def gradients(layer, tokens, upstream):
    """Differentiates sum(upstream * layer(tokens)) with respect to each trainable weight; None where nothing flows."""
    with tf.GradientTape() as tape:
        outputs = layer(tf.constant(tokens, dtype="int32"))
        total = tf.reduce_sum(tf.constant(upstream, dtype="float32") * outputs)
    found = tape.gradient(total, [weight.value for weight in layer.trainable_weights])
    return [None if gradient is None else tf.convert_to_tensor(gradient) for gradient in found]
