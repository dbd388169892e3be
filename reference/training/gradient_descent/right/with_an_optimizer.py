"""A Keras variable in float32, moved by the SGD optimizer; the model's gradient comes from a tape."""

import keras
import numpy as np
import tensorflow as tf


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    weights = keras.Variable(start, dtype="float32")
    optimizer = keras.optimizers.SGD(learning_rate)
    path = [weights.numpy().copy()]
    for _ in range(max_steps):
        slope = tf.cast(gradient(path[-1]), "float32")
        if tf.norm(slope) <= tolerance:
            break
        optimizer.apply([slope], [weights])
        path.append(weights.numpy().copy())
    return tf.stack(path)


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    inputs, targets = tf.cast(inputs, "float32"), tf.cast(targets, "float32")

    def gradient(weights):
        weights = tf.convert_to_tensor(weights)
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss = tf.reduce_mean(tf.square(tf.linalg.matvec(inputs, weights) - targets))
        return tape.gradient(loss, weights)

    return gradient_descent(gradient, np.zeros(inputs.shape[1]), learning_rate, tolerance, max_steps)
