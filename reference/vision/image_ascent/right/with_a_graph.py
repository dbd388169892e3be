"""The whole ascent as one TensorFlow graph; the unit is chosen by a product with a one-hot row."""

import tensorflow as tf


def image_ascent(network, unit, start, steps, step_size):
    @tf.function
    def ascend(image):
        for _ in tf.range(steps):
            activations = network(image)
            mask = tf.one_hot([unit], activations.shape[-1])
            gradient = tf.gradients(tf.reduce_sum(mask * activations), image)[0]
            size = tf.sqrt(tf.reduce_mean(tf.square(gradient))) + 1e-8
            image = tf.clip_by_value(image + step_size * gradient / size, 0.0, 1.0)
        return image

    return ascend(tf.constant(start[None], tf.float32))[0]
