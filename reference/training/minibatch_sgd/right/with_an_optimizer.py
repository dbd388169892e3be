"""Random keys are sorted for the order; a tape gives the gradient; a Keras variable in float32 is moved by SGD."""

import keras
import numpy as np
import tensorflow as tf


def minibatches(inputs, targets, batch_size, generator):
    order = np.argsort(generator.random(len(inputs)))
    shuffled = tf.gather(inputs, order), tf.gather(targets, order)
    return iter(tf.data.Dataset.from_tensor_slices(shuffled).batch(batch_size))


def batch_gradient(weights, inputs, targets):
    weights, inputs, targets = (tf.cast(array, "float32") for array in (weights, inputs, targets))
    with tf.GradientTape() as tape:
        tape.watch(weights)
        loss = tf.reduce_mean(tf.square(tf.linalg.matvec(inputs, weights) - targets))
    return tape.gradient(loss, weights)


def stochastic_gradient_descent(gradient, start, inputs, targets, batch_size, learning_rate, epochs, generator):
    weights = keras.Variable(start, dtype="float32")
    optimizer = keras.optimizers.SGD(learning_rate)
    path = [weights.numpy().copy()]
    for _ in range(epochs):
        for batch in minibatches(inputs, targets, batch_size, generator):
            optimizer.apply([tf.cast(gradient(path[-1], *batch), "float32")], [weights])
            path.append(weights.numpy().copy())
    return np.array(path)
