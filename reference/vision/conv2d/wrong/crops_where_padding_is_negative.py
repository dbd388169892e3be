"""Pixels are cut off where the padding would be negative.

Where the stride is larger than the kernel, the formula can fall below 0: the last window ends before the image does.
There is nothing to pad then, and nothing to crop.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def conv2d(inputs, kernel, bias, stride=1, padding="valid"):
    (height, width), (rows, columns) = inputs.shape[1:3], kernel.shape[:2]
    if padding == "same":
        (top, bottom), (left, right) = pads(height, rows, stride), pads(width, columns, stride)
        inputs = inputs[:, max(-top, 0) : height + min(bottom, 0), max(-left, 0) : width + min(right, 0)]
        inputs = np.pad(inputs, np.maximum([(0, 0), (top, bottom), (left, right), (0, 0)], 0))
    windows = sliding_window_view(inputs, (rows, columns), axis=(1, 2))[:, ::stride, ::stride]
    return np.tensordot(windows, kernel, axes=[(3, 4, 5), (2, 0, 1)]) + bias


def pads(size, window, stride):
    total = (-(-size // stride) - 1) * stride + window - size
    return total // 2, total - total // 2
