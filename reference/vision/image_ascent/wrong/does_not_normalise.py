"""The gradient is not normalised.

The step is then as long as the gradient happens to be: next to nothing for one unit, far too much for another. Divide
the gradient by its root mean square plus 1e-8.
"""

import tensorflow as tf


def image_ascent(network, unit, start, steps, step_size):
    image = tf.cast(start, tf.float32)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(image)
            activation = network(image[None])[0, unit]
        gradient = tape.gradient(activation, image)
        direction = gradient
        image = tf.clip_by_value(image + step_size * direction, 0.0, 1.0)
    return image
