"""The weights are moved instead of the image.

This is a training step: the image stays as it is and the network changes until the unit responds. Ask the tape for the
gradient with respect to the image, and give that to the step.
"""

import tensorflow as tf


def image_ascent(network, unit, start, steps, step_size):
    image = tf.cast(start, tf.float32)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            activation = network(image[None])[0, unit]
        variables = network.trainable_variables
        gradients = tape.gradient(activation, [variable.value for variable in variables])
        for variable, gradient in zip(variables, gradients, strict=True):
            size = tf.sqrt(tf.reduce_mean(gradient**2)) + 1e-8
            variable.assign_add(step_size * gradient / size)
    return image
