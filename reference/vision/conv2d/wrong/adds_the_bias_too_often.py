"""The bias is added at every position of the kernel.

It stands inside the sum, so a 3×3 kernel adds it nine times. An output pixel gets its bias once, after the sum.
"""

import numpy as np


def conv2d(inputs, kernel, bias, stride=1, padding="valid"):
    (height, width), (rows, columns) = inputs.shape[1:3], kernel.shape[:2]
    if padding == "same":
        inputs = np.pad(inputs, [(0, 0), pads(height, rows, stride), pads(width, columns, stride), (0, 0)])
    down, across = inputs.shape[1] - rows + 1, inputs.shape[2] - columns + 1
    outputs = 0
    for row in range(rows):
        for column in range(columns):
            pixels = inputs[:, row : row + down : stride, column : column + across : stride]
            outputs = outputs + pixels @ kernel[row, column] + bias
    return outputs


def pads(size, window, stride):
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2
