"""A tree of switches, two layers for each input: each picks one of two halves of the table."""

import numpy as np
import tensorflow as tf


def forward(inputs, layers):
    outputs = tf.cast(inputs, "float32")
    for weights, biases in layers:
        scores = tf.matmul(outputs, tf.cast(weights, "float32")) + tf.cast(biases, "float32")
        outputs = tf.cast(tf.greater_equal(scores, 0.0), "float32")
    return tf.cast(outputs, "int64")


def xor():
    return from_truth_table([0, 1, 1, 0])


def from_truth_table(outputs):
    num_inputs = len(outputs).bit_length() - 1
    layers = []
    for position in reversed(range(num_inputs)):
        count = 2**position
        before = 0 if position == num_inputs - 1 else 2 * count
        pick = np.zeros((position + 1 + before, position + 2 * count))
        pick_biases = np.full(position + 2 * count, -0.5)
        for j in range(position):
            pick[j, j] = 1.0
        for k in range(2 * count):
            unit, wanted = position + k, k % 2
            pick[position, unit] = 1.0 if wanted else -1.0
            if before:
                pick[position + 1 + k, unit] = 1.0
                pick_biases[unit] = -0.5 - wanted
            else:
                pick_biases[unit] = (-0.5 if wanted else 0.5) if outputs[k] else -2.0
        join = np.zeros((position + 2 * count, position + count))
        for j in range(position):
            join[j, j] = 1.0
        for k in range(2 * count):
            join[position + k, position + k // 2] = 1.0
        layers += [(pick, pick_biases), (join, np.full(position + count, -0.5))]
    return layers
