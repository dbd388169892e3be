"""Plain lists at the end: the image as nested lists of numbers, from a recursion over the steps."""

import tensorflow as tf


def image_ascent(network, unit, start, steps, step_size):
    return climb(network, unit, tf.cast(start, tf.float32), steps, step_size).numpy().tolist()


def climb(network, unit, image, steps, step_size):
    if steps == 0:
        return image
    with tf.GradientTape() as tape:
        tape.watch(image)
        activation = network(tf.stack([image]))[0][unit]
    slope = tape.gradient(activation, image)
    mean_square = tf.reduce_sum(slope * slope) / float(tf.size(slope))
    moved = image + step_size * slope / (mean_square**0.5 + 1e-8)
    return climb(network, unit, tf.minimum(tf.maximum(moved, 0.0), 1.0), steps - 1, step_size)
