"""TensorFlow in float32: patches of the image as the rows of a matrix, and one matrix product."""

import tensorflow as tf


def conv2d(inputs, kernel, bias, stride=1, padding="valid"):
    inputs, kernel, bias = (tf.cast(array, tf.float32) for array in (inputs, kernel, bias))
    height, width, _, filters = kernel.shape
    if padding == "same":
        missing = [max(k - 1 - (n - 1) % stride, 0) for k, n in zip((height, width), inputs.shape[1:3], strict=True)]
        inputs = tf.pad(inputs, [(0, 0), *((total // 2, total - total // 2) for total in missing), (0, 0)])
    rows, columns = (inputs.shape[1] - height) // stride + 1, (inputs.shape[2] - width) // stride + 1
    positions = [(row, column) for row in range(height) for column in range(width)]
    patches = [inputs[:, row::stride, column::stride][:, :rows, :columns] for row, column in positions]
    return tf.linalg.matmul(tf.concat(patches, axis=3), tf.reshape(kernel, (-1, filters))) + bias
