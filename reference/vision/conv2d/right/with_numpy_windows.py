"""NumPy only: all windows at once, without copying them, and one product over three axes."""

import numpy as np


def conv2d(inputs, kernel, bias, stride=1, padding="valid"):
    if padding == "same":
        down, across = (pads(inputs.shape[axis], kernel.shape[axis - 1], stride) for axis in (1, 2))
        inputs = np.pad(inputs, [(0, 0), down, across, (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(inputs, kernel.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    return np.tensordot(windows, kernel, axes=[(3, 4, 5), (2, 0, 1)]) + bias


def pads(size, window, stride):
    beyond = size % stride or stride
    total = max(window - beyond, 0)
    return total // 2, (total + 1) // 2
