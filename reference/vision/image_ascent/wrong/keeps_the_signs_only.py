"""Only the signs of the gradient are used.

Every pixel moves by the same amount, whether the unit cares for it or not. That is a step for the L∞ norm, known from
adversarial attacks; here the gradient keeps its proportions.
"""

import tensorflow as tf


def image_ascent(network, unit, start, steps, step_size):
    image = tf.cast(start, tf.float32)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(image)
            activation = network(image[None])[0, unit]
        gradient = tape.gradient(activation, image)
        direction = tf.sign(gradient)
        image = tf.clip_by_value(image + step_size * direction, 0.0, 1.0)
    return image
