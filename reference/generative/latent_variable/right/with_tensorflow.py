"""TensorFlow in float32; the softmax of a column gives its mean of exponentials, and z comes in chunks."""

import math

import tensorflow as tf


def log_likelihood(inputs, means, std):
    inputs, means = tf.cast(inputs, tf.float32), tf.cast(means, tf.float32)
    scaled = (inputs[tf.newaxis] - means[:, tf.newaxis]) / std
    pixels = tf.square(scaled) + math.log(2 * math.pi) + 2 * math.log(std)
    return -tf.reduce_sum(pixels, axis=-1) / 2


def log_evidence(log_likelihoods):
    log_likelihoods = tf.cast(log_likelihoods, tf.float32)
    largest = tf.reduce_max(log_likelihoods, axis=0)
    # The largest entry of a softmax is 1 / sum_i exp(a_i - largest).
    weights = tf.reduce_max(tf.nn.softmax(log_likelihoods, axis=0), axis=0)
    count = tf.cast(tf.shape(log_likelihoods)[0], tf.float32)
    return tf.where(tf.math.is_inf(largest), largest, largest - tf.math.log(weights * count))


def estimate_log_evidence(inputs, generator, latent_dim, samples, std, seed):
    random = tf.random.Generator.from_seed(seed)
    rows = []
    for first in range(0, samples, 1000):
        latents = random.normal((min(1000, samples - first), latent_dim))
        rows.append(log_likelihood(inputs, generator(latents), std))
    return log_evidence(tf.concat(rows, axis=0))
