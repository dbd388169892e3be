"""Keras: both logarithms of the cross-entropy by name, and the mean as a sum over the size of the batch."""

import keras
from keras import ops


def reparameterize(z_mean, z_log_var, epsilon):
    return ops.add(z_mean, ops.multiply(epsilon, ops.power(ops.exp(z_log_var), 0.5)))


def kl_divergence(z_mean, z_log_var):
    squares = ops.sum(z_mean * z_mean, axis=-1)
    return (squares + ops.sum(ops.expm1(z_log_var) - z_log_var, axis=-1)) / 2


def reconstruction_loss(inputs, outputs, kind):
    inputs, outputs = ops.convert_to_tensor(inputs), ops.convert_to_tensor(outputs)
    if kind == "squared_error":
        pixels = keras.layers.Flatten()(ops.square(outputs - inputs))
    else:
        white, black = ops.log_sigmoid(outputs), ops.log_sigmoid(-outputs)
        pixels = keras.layers.Flatten()(-inputs * white - (1 - inputs) * black)
    return ops.sum(pixels, axis=-1)


def vae_loss(inputs, outputs, z_mean, z_log_var, kind, beta=1.0):
    costs = reconstruction_loss(inputs, outputs, kind) + beta * kl_divergence(z_mean, z_log_var)
    return ops.sum(costs) / ops.cast(ops.shape(costs)[0], costs.dtype)
