"""TensorFlow: a loop over the positions of the kernel, and a strided slice of the padded image for each."""

import math

import tensorflow as tf


def conv2d(inputs, kernel, bias, stride=1, padding="valid"):
    x = tf.cast(inputs, tf.float64)
    k = tf.cast(kernel, tf.float64)
    b = tf.cast(bias, tf.float64)
    _, height, width, _ = x.shape
    k_height, k_width, _, _ = k.shape

    if padding == "same":
        out_height = math.ceil(height / stride)
        out_width = math.ceil(width / stride)
        pad_height = max((out_height - 1) * stride + k_height - height, 0)
        pad_width = max((out_width - 1) * stride + k_width - width, 0)
        top, left = pad_height // 2, pad_width // 2
        x = tf.pad(x, [[0, 0], [top, pad_height - top], [left, pad_width - left], [0, 0]])
    else:
        out_height = (height - k_height) // stride + 1
        out_width = (width - k_width) // stride + 1

    terms = []
    for u in range(k_height):
        for v in range(k_width):
            last_row = u + (out_height - 1) * stride
            last_column = v + (out_width - 1) * stride
            part = x[:, u : last_row + 1 : stride, v : last_column + 1 : stride, :]
            terms.append(tf.einsum("bijc,co->bijo", part, k[u, v]))
    return (tf.add_n(terms) + b).numpy()
