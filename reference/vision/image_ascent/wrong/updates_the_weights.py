"""The weights are updated, too.

The tape is asked for the gradient of the weights as well, and they are moved. Then it is the network that learns to
respond, and the image says little about what the unit looked for. Fix the weights, and move the image only.
"""

import tensorflow as tf


def image_ascent(network, unit, start, steps, step_size):
    image = tf.cast(start, tf.float32)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(image)
            activation = network(image[None])[0, unit]
        gradient, *others = tape.gradient(activation, [image, *[weight.value for weight in network.trainable_weights]])
        for weight, change in zip(network.trainable_weights, others, strict=True):
            weight.assign_add(0.02 * step_size * change)
        direction = gradient / (tf.sqrt(tf.reduce_mean(gradient**2)) + 1e-8)
        image = tf.clip_by_value(image + step_size * direction, 0.0, 1.0)
    return image
