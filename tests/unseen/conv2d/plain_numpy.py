"""Plain NumPy: all windows of the padded image as a view, and one product of arrays."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def border(pixels, size, stride):
    outputs = -(-pixels // stride)
    total = max((outputs - 1) * stride + size - pixels, 0)
    return total // 2, total - total // 2


def conv2d(inputs, kernel, bias, stride=1, padding="valid"):
    kernel_height, kernel_width = kernel.shape[:2]
    image = np.asarray(inputs, dtype=float)
    if padding == "same":
        rows = border(image.shape[1], kernel_height, stride)
        columns = border(image.shape[2], kernel_width, stride)
        image = np.pad(image, ((0, 0), rows, columns, (0, 0)))
    windows = sliding_window_view(image, (kernel_height, kernel_width), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]
    output = np.tensordot(windows, kernel, axes=((4, 5, 3), (0, 1, 2)))
    return output + bias
