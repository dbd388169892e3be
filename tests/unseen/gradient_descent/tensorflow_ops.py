"""TensorFlow: tensors in a while loop, and the gradient of the loss from a tape."""

import numpy as np
import tensorflow as tf


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    points = [tf.constant(start, dtype=tf.float64)]
    steps = 0
    while steps < max_steps:
        slope = tf.constant(gradient(points[-1].numpy()), dtype=tf.float64)
        if tf.norm(slope) <= tolerance:
            break
        points.append(points[-1] - learning_rate * slope)
        steps += 1
    return tf.stack(points).numpy()


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    inputs = tf.constant(inputs, dtype=tf.float64)
    targets = tf.constant(targets, dtype=tf.float64)

    def mean_squared_error(weights):
        errors = tf.linalg.matvec(inputs, weights) - targets
        return tf.reduce_mean(tf.square(errors))

    def gradient(weights):
        weights = tf.constant(weights, dtype=tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss = mean_squared_error(weights)
        return tape.gradient(loss, weights).numpy()

    start = np.zeros(inputs.shape[1])
    return gradient_descent(gradient, start, learning_rate, tolerance, max_steps)
