"""A matrix product in 64-bit TensorFlow, and exact integer roots."""

import math

import tensorflow as tf


def count_parameters(units, use_bias=True):
    below, above = tf.constant(units[:-1], dtype=tf.int64), tf.constant(units[1:], dtype=tf.int64)
    return tf.reduce_sum((below + int(use_bias)) * above)


def count_flops(units, batch_size=1, use_bias=True):
    above = tf.constant(units[1:], dtype=tf.int64)
    twice = 2 * count_parameters(units, use_bias=False)
    return tf.constant(batch_size, dtype=tf.int64) * (twice if use_bias else twice - tf.reduce_sum(above))


def widest(inputs, outputs, hidden_layers, budget):
    a, b = hidden_layers - 1, inputs + outputs + hidden_layers
    if budget < outputs:
        return 0
    if a == 0:
        return (budget - outputs) // b
    return (math.isqrt(b * b + 4 * a * (budget - outputs)) - b) // (2 * a)
