"""A tape that differentiates one layer at a time, assignments instead of an optimizer, and orthogonal kernels."""

from itertools import pairwise

import keras
import numpy as np
import tensorflow as tf


def loss_of(model, inputs, labels):
    logits = model(tf.cast(inputs, "float32"))
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(labels, "int32"), logits))


def gradient_norms(model, inputs, labels):
    with tf.GradientTape(persistent=True) as tape:
        loss = loss_of(model, inputs, labels)
    return np.array([tf.norm(tape.gradient(loss, layer.kernel.value)).numpy() for layer in model.layers])


def train(model, inputs, labels, learning_rate, steps):
    record = np.zeros((steps, len(model.layers)))
    for row in record:
        row[:] = gradient_norms(model, inputs, labels)
        with tf.GradientTape() as tape:
            loss = loss_of(model, inputs, labels)
        variables = [variable.value for variable in model.trainable_weights]
        for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(learning_rate * gradient)
    return record


def initialize(widths, seed):
    return "tanh", [
        keras.initializers.Orthogonal(gain=1.1, seed=1000 * seed + layer)((before, after))
        for layer, (before, after) in enumerate(pairwise(widths))
    ]
