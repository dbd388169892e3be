"""What can be done with couplings only where they live: to make them, to compile a flow, and to differentiate it."""

import keras
import numpy as np
import tensorflow as tf


class Conditioner(keras.layers.Layer):
    """A network with one hidden layer of tanh units and these weights."""

    def __init__(self, *values):
        super().__init__()
        self.parts = [self.add_weight(shape=np.shape(value), initializer="zeros") for value in values]
        for part, value in zip(self.parts, values, strict=True):
            part.assign(value)
        self.built = True

    def call(self, kept):
        kernel, bias, last_kernel, last_bias = self.parts
        return tf.tanh(kept @ kernel + bias) @ last_kernel + last_bias


def make_coupling(keep, kernel, bias, last_kernel, last_bias):
    """Makes a coupling whose conditioner has these weights."""
    from normalizing_flow import AffineCoupling

    return AffineCoupling(Conditioner(kernel, bias, last_kernel, last_bias), keep=keep)


def make_flow(couplings):
    """Makes a flow of couplings, each a list of the arguments of `make_coupling`."""
    from normalizing_flow import Flow

    return Flow([make_coupling(*arguments) for arguments in couplings])


def run_compiled(flow, arrays):
    """Runs a flow, compiled once for any batch, there and back, over arrays of shape `(batch, D)`.

    Returns:
        For each array what the call returns, the log-densities, and what the inverse makes of z, as a list.
    """

    @tf.function(input_signature=[tf.TensorSpec([None, np.shape(arrays[0])[1]], "float32")], autograph=False)
    def run(x):
        z, log_det = flow(x)
        return (z, log_det), flow.log_prob(x), flow.inverse(z)

    return [list(run(tf.constant(array, dtype="float32"))) for array in arrays]


def gradients(flow, points, upstream):
    """Differentiates sum(upstream * log_prob(points)).

    Returns:
        The gradients by the points, and by the weights of each coupling's conditioner, as a list; None for one through which
        nothing flows.
    """
    points = tf.constant(points, dtype="float32")
    weights = [weight.value for coupling in flow.couplings for weight in coupling.conditioner.trainable_weights]
    with tf.GradientTape() as tape:
        tape.watch(points)
        total = tf.reduce_sum(tf.constant(upstream, dtype="float32") * flow.log_prob(points))
    return tape.gradient(total, [points, *weights])
