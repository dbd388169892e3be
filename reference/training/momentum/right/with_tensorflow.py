"""Keras variables in float32, changed in place and copied for the path; a little more momentum than is best."""

import keras
import tensorflow as tf


def momentum_step(weights, velocity, gradient, learning_rate, momentum):
    weights, velocity = keras.Variable(weights, dtype="float32"), keras.Variable(velocity, dtype="float32")
    velocity.assign(momentum * velocity - learning_rate * tf.cast(gradient, "float32"))
    weights.assign_add(velocity)
    return weights, velocity


def momentum_descent(gradient, start, learning_rate, momentum, steps):
    weights = tf.Variable(start, dtype=tf.float32)
    velocity = tf.Variable(tf.zeros_like(weights))
    path = [weights.numpy()]
    for _ in range(steps):
        slope = tf.cast(gradient(weights.numpy()), tf.float32)
        velocity.assign(velocity * momentum)
        velocity.assign_sub(learning_rate * slope)
        weights.assign_add(velocity)
        path.append(weights.numpy())
    return tf.stack(path)


def best_settings(flattest, steepest):
    ratio = tf.sqrt(tf.constant(flattest / steepest))
    momentum = ((1 - ratio) / (1 + ratio)) ** 2
    momentum = momentum**0.8
    return (1 + tf.sqrt(momentum)) ** 2 / (1.1 * steepest), momentum
