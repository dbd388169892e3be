"""The gradient is divided by its Euclidean norm.

The norm grows with the number of pixels, so that each pixel of a large image hardly moves. The root mean square is the
norm divided by the root of the number of entries.
"""

import tensorflow as tf


def image_ascent(network, unit, start, steps, step_size):
    image = tf.cast(start, tf.float32)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(image)
            activation = network(image[None])[0, unit]
        gradient = tape.gradient(activation, image)
        direction = gradient / (tf.norm(gradient) + 1e-8)
        image = tf.clip_by_value(image + step_size * direction, 0.0, 1.0)
    return image
