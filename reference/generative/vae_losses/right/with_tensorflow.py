"""TensorFlow, with the deviation in place of its logarithm, flat images, and two means in the end."""

import tensorflow as tf


def deviation(z_log_var):
    return tf.sqrt(tf.exp(z_log_var))


def reparameterize(z_mean, z_log_var, epsilon):
    return tf.math.multiply_no_nan(deviation(z_log_var), epsilon) + z_mean


def kl_divergence(z_mean, z_log_var):
    std = deviation(z_log_var)
    return tf.reduce_sum((tf.square(std) + tf.square(z_mean) - 1) / 2 - tf.math.log(std), axis=-1)


def reconstruction_loss(inputs, outputs, kind):
    batch = tf.shape(inputs)[0]
    inputs, outputs = tf.reshape(inputs, (batch, -1)), tf.reshape(outputs, (batch, -1))
    if kind == "cross_entropy":
        return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=inputs, logits=outputs), axis=1)
    difference = inputs - outputs
    return tf.einsum("bi,bi->b", difference, difference)


def vae_loss(inputs, outputs, z_mean, z_log_var, kind, beta=1.0):
    reconstruction = tf.reduce_mean(reconstruction_loss(inputs, outputs, kind))
    return reconstruction + beta * tf.reduce_mean(kl_divergence(z_mean, z_log_var))
