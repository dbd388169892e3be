"""Tables of indices in place of padding: outside pixels get the index of a zero that stands behind the image."""

import numpy as np


def table(pixels, size, stride, padding):
    """Says which pixel each output (row) meets at each place of the kernel (column)."""
    if padding == "same":
        outputs = (pixels + stride - 1) // stride
        before = max((outputs - 1) * stride + size - pixels, 0) // 2
    else:
        outputs = (pixels - size) // stride + 1
        before = 0
    places = np.arange(outputs)[:, None] * stride + np.arange(size) - before
    outside = (places < 0) | (places >= pixels)
    return np.where(outside, pixels, places)


def conv2d(inputs, kernel, bias, stride=1, padding="valid"):
    batch, height, width, channels = inputs.shape
    size_y, size_x, _, filters = kernel.shape
    ys = table(height, size_y, stride, padding)
    xs = table(width, size_x, stride, padding)

    image = np.zeros((batch, height + 1, width + 1, channels))
    image[:, :height, :width] = inputs

    result = np.zeros((batch, len(ys), len(xs), filters))
    for y in range(size_y):
        lines = image[:, ys[:, y]]
        for x in range(size_x):
            dots = lines[:, :, xs[:, x]]
            for c in range(channels):
                for o in range(filters):
                    result[:, :, :, o] += dots[:, :, :, c] * kernel[y, x, c, o]
    for o in range(filters):
        result[:, :, :, o] += bias[o]
    return result
