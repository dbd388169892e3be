"""The stride is applied to the pixels instead of the kernel.

The image is thinned out first, so the kernel never sees the pixels in between. The stride says how far the kernel
moves; each window is complete.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def conv2d(inputs, kernel, bias, stride=1, padding="valid"):
    inputs = inputs[:, ::stride, ::stride]
    rows, columns = kernel.shape[:2]
    if padding == "same":
        inputs = np.pad(inputs, [(0, 0), pads(rows), pads(columns), (0, 0)])
    windows = sliding_window_view(inputs, (rows, columns), axis=(1, 2))
    return np.tensordot(windows, kernel, axes=[(3, 4, 5), (2, 0, 1)]) + bias


def pads(window):
    return (window - 1) // 2, window // 2
