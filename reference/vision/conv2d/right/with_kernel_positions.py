"""NumPy only: a loop over the positions of the kernel, each of which meets a shifted image."""

import math

import numpy as np


def conv2d(inputs, kernel, bias, stride=1, padding="valid"):
    sizes, windows = inputs.shape[1:3], kernel.shape[:2]
    if padding == "same":
        counts = [math.ceil(size / stride) for size in sizes]
        totals = [max((c - 1) * stride + k - n, 0) for c, k, n in zip(counts, windows, sizes, strict=True)]
        inputs = np.pad(inputs, [(0, 0), *((total // 2, math.ceil(total / 2)) for total in totals), (0, 0)])
    else:
        counts = [(n - k) // stride + 1 for k, n in zip(windows, sizes, strict=True)]
    outputs = np.tile(bias, (len(inputs), *counts, 1))
    for row in range(windows[0]):
        for column in range(windows[1]):
            pixels = inputs[:, row::stride, column::stride][:, : counts[0], : counts[1]]
            outputs += pixels @ kernel[row, column]
    return outputs
