"""Image ascent: leave the network as it is, and change the image until a unit responds."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops


def image_ascent(network: keras.Model, unit: int, start: np.ndarray, steps: int, step_size: float) -> np.ndarray:
    """Changes an image, step by step, so that the activation of one unit of a network rises."""
    image = ops.convert_to_tensor(start, dtype="float32")
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(image)
            activation = network(image[None])[0, unit]
        gradient = tape.gradient(activation, image)
        direction = gradient / (ops.sqrt(ops.mean(gradient**2)) + 1e-8)
        image = ops.clip(image + step_size * direction, 0.0, 1.0)
    return image
