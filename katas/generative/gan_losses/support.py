"""What can be done with networks and losses only where they live: to make them, and to compile, differentiate and train."""

import functools
import importlib
import re

import keras
import numpy as np
import tensorflow as tf


def submitted(name):
    """The function of this name that was submitted."""
    return getattr(importlib.import_module("gan_losses"), name)


@functools.cache
def new_network(inputs, hidden, outputs):
    """Makes dense layer, batch norm, tanh and dense layer; once for each choice of widths, which saves time."""
    norm = keras.layers.BatchNormalization(momentum=0.5, epsilon=0.01)
    layers = [keras.layers.Dense(hidden), norm, keras.layers.Activation("tanh"), keras.layers.Dense(outputs)]
    return keras.Sequential([keras.Input((inputs,)), *layers])


def make_network(weights, fixed=None):
    """Gives new weights to the network of these widths.

    Args:
        weights: kernel, bias, gamma, beta, moving mean, moving variance, kernel and bias.
        fixed: the number of a layer that is not trainable, if there is one.
    """
    weights = [np.asarray(weight, dtype="float32") for weight in weights]
    network = new_network(*weights[0].shape, weights[-1].size)
    network.set_weights(weights)
    for number, layer in enumerate(network.layers):
        layer.trainable = number != fixed
    return network


def make_optimizer(learning_rate, momentum=0.0):
    """Makes an optimizer that steps against the gradient."""
    return keras.optimizers.SGD(learning_rate, momentum=momentum)


def weights(network):
    """The weights of a network, in the order of `make_network`."""
    return [layer_weight for layer in network.layers for layer_weight in layer.get_weights()]


def trainable(network):
    """How many weights of a network are trainable."""
    return len(network.trainable_weights)


def compiled(name, count, *settings):
    """Compiles a loss of `count` tensors of logits, for batches of any size, and of fixed settings.

    Returns:
        A function of a list of arrays that gives what the compiled function gives.
    """
    function = submitted(name)
    signature = [tf.TensorSpec([None, 1], "float32")] * count
    call = tf.function(lambda *tensors: function(*tensors, *settings), input_signature=signature, autograph=False)
    return lambda arrays: call(*[tf.constant(array, dtype="float32") for array in arrays])


def why_it_cannot_compile(name, count, *settings):
    """Says what is raised when the loss is compiled for batches of any size, or None if nothing is."""
    try:
        compiled(name, count, *settings)([tf.zeros((2, 1))] * count)
    except Exception as error:
        text = re.sub(r"\x1b\[\d+m", "", str(error)).partition("Arguments received")[0]
        return f"{type(error).__name__}: {' '.join(text.split())}"[:200]
    return None


def gradients(name, arrays, *settings):
    """Differentiates a loss with respect to each of the arrays of logits; None for one through which nothing flows."""
    tensors = [tf.constant(array, dtype="float32") for array in arrays]
    with tf.GradientTape() as tape:
        for tensor in tensors:
            tape.watch(tensor)
        loss = submitted(name)(*tensors, *settings)
    return tape.gradient(loss, tensors)


def train(generator, discriminator, real, noise, who, learning_rate, batch_size):
    """Takes a step of the generator or the discriminator with each batch in turn.

    All steps are compiled, once, for batches of any size.
    """
    optimizer = keras.optimizers.SGD(learning_rate)
    data = [np.asarray(array, dtype="float32") for array in (real, noise)]

    @functools.partial(tf.function, autograph=False, input_signature=[tf.TensorSpec([None, a.shape[1]]) for a in data])
    def step(real, noise):
        seen = (noise,) if who == "generator" else (real, noise)
        submitted(f"{who}_step")(generator, discriminator, optimizer, *seen)

    for start in range(0, len(real), batch_size):
        step(*(array[start : start + batch_size] for array in data))
