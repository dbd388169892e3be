"""The stride is applied to the pixels instead of the kernel.

The image is thinned out first, so the kernel never sees the pixels in between. The stride says how far the kernel
moves; each window is complete.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def conv2d(inputs, kernel, bias, stride=1, padding="valid"):
    (height, width), (rows, columns) = inputs.shape[1:3], kernel.shape[:2]
    if padding == "same":
        inputs = np.pad(inputs, [(0, 0), pads(height, rows, stride), pads(width, columns, stride), (0, 0)])
    down, across = (inputs.shape[1] - rows) // stride + 1, (inputs.shape[2] - columns) // stride + 1
    thinned = inputs[:, ::stride, ::stride]
    short = max(down + rows - 1 - thinned.shape[1], 0), max(across + columns - 1 - thinned.shape[2], 0)
    thinned = np.pad(thinned, [(0, 0), (0, short[0]), (0, short[1]), (0, 0)])
    windows = sliding_window_view(thinned, (rows, columns), axis=(1, 2))[:, :down, :across]
    return np.tensordot(windows, kernel, axes=[(3, 4, 5), (2, 0, 1)]) + bias


def pads(size, window, stride):
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2
