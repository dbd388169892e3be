"""A variable with a constraint, moved by Keras's gradient descent on minus the activation."""

import keras
import tensorflow as tf


def image_ascent(network, unit, start, steps, step_size):
    image = keras.Variable(start[None], dtype="float32")
    optimizer = keras.optimizers.SGD(learning_rate=step_size)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = -network(image.value)[:, unit]
        gradient = tape.gradient(loss, image.value)
        size = tf.norm(gradient) / tf.cast(tf.size(gradient), tf.float32) ** 0.5
        optimizer.apply([gradient / (size + 1e-8)], [image])
        image.assign(keras.ops.clip(image, 0, 1))
    return keras.ops.convert_to_numpy(image)[0]
