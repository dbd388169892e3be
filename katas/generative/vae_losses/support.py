"""What can be done with a function only where it lives: to compile it, to differentiate it, and to train with it."""

import importlib
import re

import keras
import numpy as np
import tensorflow as tf


def submitted(name):
    """The function of this name that was submitted."""
    return getattr(importlib.import_module("vae_losses"), name)


def compiled(name, shapes, *settings):
    """Compiles a function of float32 tensors of these shapes, each with a batch of any size, and of fixed settings.

    Returns:
        A function of a list of arrays that gives what the compiled function gives.
    """
    function = submitted(name)
    signature = [tf.TensorSpec([None, *shape[1:]], "float32") for shape in shapes]
    call = tf.function(lambda *tensors: function(*tensors, *settings), input_signature=signature, autograph=False)
    return lambda arrays: call(*[tf.constant(array, dtype="float32") for array in arrays])


def why_it_cannot_compile(name, shapes, *settings):
    """Says what is raised when the function is compiled for a batch of any size, or None if nothing is."""
    try:
        compiled(name, shapes, *settings)([tf.zeros(shape) for shape in shapes])
    except Exception as error:
        text = re.sub(r"\x1b\[\d+m", "", str(error)).partition("Arguments received")[0]
        return f"{type(error).__name__}: {' '.join(text.split())}"[:200]
    return None


def gradients(name, arrays, upstream, *settings):
    """Gives the gradients of sum(upstream * f(*arrays, *settings)) for the arrays, f being the function of this name.

    Returns:
        A list of gradients; None for one through which nothing flows.
    """
    tensors = [tf.constant(array, dtype="float32") for array in arrays]
    with tf.GradientTape() as tape:
        for tensor in tensors:
            tape.watch(tensor)
        outputs = tf.cast(submitted(name)(*tensors, *settings), "float32")
        total = tf.reduce_sum(tf.constant(upstream, dtype="float32") * outputs)
    return tape.gradient(total, tensors)


class LinearVAE(keras.Model):
    """An encoder and a decoder of one dense layer each, which train by the submitted functions."""

    def __init__(self, weights, beta):
        super().__init__()
        self.beta = beta
        mean, log_var, decoder = (np.asarray(weight, dtype="float32") for weight in weights)
        constant = keras.initializers.Constant
        self.mean = keras.layers.Dense(mean.shape[1], use_bias=False, kernel_initializer=constant(mean))
        self.log_var = keras.layers.Dense(log_var.shape[1], use_bias=False, kernel_initializer=constant(log_var))
        self.decoder = keras.layers.Dense(decoder.shape[1], use_bias=False, kernel_initializer=constant(decoder))

    def call(self, data):
        images, epsilon = data
        z_mean, z_log_var = self.mean(images), self.log_var(images)
        outputs = self.decoder(submitted("reparameterize")(z_mean, z_log_var, epsilon))
        self.add_loss(submitted("vae_loss")(images, outputs, z_mean, z_log_var, "cross_entropy", self.beta))
        return outputs


def fit(weights, images, epsilon, beta, learning_rate, batch_size):
    """Trains a `LinearVAE` by `fit`, for one epoch of SGD, batch after batch in their order.

    Args:
        weights: the kernels of mean, log-variance and decoder before the first step.

    Returns:
        The three kernels after the last step, as a list.
    """
    model = LinearVAE(weights, beta)
    model.compile(optimizer=keras.optimizers.SGD(learning_rate), jit_compile=False)
    data = [np.asarray(images, dtype="float32"), np.asarray(epsilon, dtype="float32")]
    model.fit(data, batch_size=batch_size, shuffle=False, verbose=0)
    return [layer.kernel for layer in (model.mean, model.log_var, model.decoder)]
