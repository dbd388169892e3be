"""The array `start` is changed.

An in-place operation writes into the caller's array, who may want to compare the two images. Copy `start` before the
first step.
"""

import numpy as np
import tensorflow as tf


def image_ascent(network, unit, start, steps, step_size):
    for _ in range(steps):
        image = tf.constant(start, tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(image)
            activation = network(image[None])[0, unit]
        gradient = tape.gradient(activation, image).numpy()
        start += step_size * gradient / (np.sqrt(np.mean(gradient**2)) + 1e-8)
        np.clip(start, 0, 1, out=start)
    return start
