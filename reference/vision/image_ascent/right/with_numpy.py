"""NumPy, with a tape for the gradient only and a copy of the start that is changed in place."""

import numpy as np
import tensorflow as tf


def image_ascent(network, unit, start, steps, step_size):
    image = np.array(start, dtype=np.float32)
    for _ in range(steps):
        gradient = activation_gradient(network, unit, image)
        image += step_size * gradient / (np.sqrt(np.mean(gradient**2)) + 1e-8)
        np.clip(image, 0, 1, out=image)
    return image


def activation_gradient(network, unit, image):
    images = tf.constant(image[np.newaxis])
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        activations = network(images, training=False)
        chosen = tf.gather(activations, unit, axis=1)
    return tape.gradient(chosen, images).numpy()[0]
