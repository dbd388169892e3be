"""TensorFlow in float32: patches of the image as the rows of a matrix, and one matrix product."""

import tensorflow as tf


def conv2d(inputs, kernel, bias, stride=1, padding="valid"):
    inputs, kernel, bias = (tf.cast(array, tf.float32) for array in (inputs, kernel, bias))
    height, width, _, filters = kernel.shape
    patches = tf.image.extract_patches(
        inputs, [1, height, width, 1], [1, stride, stride, 1], [1, 1, 1, 1], padding.upper()
    )
    return tf.linalg.matmul(patches, tf.reshape(kernel, (-1, filters))) + bias
