"""One tf.function with a loop of TensorFlow operations."""

import tensorflow as tf


def normalise(gradient):
    scale = tf.sqrt(tf.reduce_mean(gradient ** 2))
    return gradient / (scale + 1e-8)


def image_ascent(network, unit, start, steps, step_size):
    @tf.function
    def climb(images, steps):
        for _ in tf.range(steps):
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(images)
                activations = network(images)
                goal = tf.gather(activations, unit, axis=1)
            gradient = tape.gradient(goal, images)
            images = tf.clip_by_value(images + step_size * normalise(gradient), 0.0, 1.0)
        return images

    images = tf.expand_dims(tf.cast(start, tf.float32), 0)
    images = climb(images, steps)
    return tf.squeeze(images, axis=0).numpy()
