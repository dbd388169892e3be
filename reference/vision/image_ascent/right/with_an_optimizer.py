"""The image is a variable, which Keras' plain gradient descent moves down the negative activation."""

import keras
import tensorflow as tf
from keras import ops


def image_ascent(network, unit, start, steps, step_size):
    image = keras.Variable(start, dtype="float32")
    optimizer = keras.optimizers.SGD(step_size)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = -network(ops.expand_dims(image, 0))[0, unit]
        gradient = tape.gradient(loss, image.value)
        size = ops.std(ops.stack([gradient, -gradient]))  # Around a mean of 0, that is the root mean square.
        optimizer.apply([gradient / (size + 1e-8)], [image])
        image.assign(ops.clip(image, 0.0, 1.0))
    return image
