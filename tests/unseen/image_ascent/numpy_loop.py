"""NumPy for everything but the gradient, which a tape computes."""

import numpy as np
import tensorflow as tf


def slope(network, unit, image):
    x = tf.convert_to_tensor(image[np.newaxis], dtype="float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        a = network(x)[0, unit]
    return tape.gradient(a, x).numpy()[0]


def image_ascent(network, unit, start, steps, step_size):
    image = np.array(start, dtype=float)
    for _ in range(steps):
        g = slope(network, unit, image)
        rms = np.sqrt(np.mean(np.square(g)))
        image += step_size * g / (rms + 1e-8)
        image = np.clip(image, 0.0, 1.0)
    return image
