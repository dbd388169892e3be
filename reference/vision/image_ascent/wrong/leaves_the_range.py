"""The image leaves the range from 0 to 1.

Without clipping the pixels grow without end, and the unit responds to something that is no image. Clip to [0, 1] after
each step.
"""

import tensorflow as tf


def image_ascent(network, unit, start, steps, step_size):
    image = tf.cast(start, tf.float32)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(image)
            activation = network(image[None])[0, unit]
        gradient = tape.gradient(activation, image)
        direction = gradient / (tf.sqrt(tf.reduce_mean(gradient**2)) + 1e-8)
        image = image + step_size * direction
    return image
