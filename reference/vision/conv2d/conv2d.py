"""2D convolution: one small kernel, asked everywhere in the image."""

from typing import Literal

import numpy as np
from keras import ops


def conv2d(
    inputs: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray,
    stride: int = 1,
    padding: Literal["valid", "same"] = "valid",
) -> np.ndarray:
    """Computes the output of a convolutional layer, as `keras.layers.Conv2D` does."""
    _, height, width, _ = inputs.shape
    kernel_height, kernel_width, in_channels, out_channels = kernel.shape
    top, bottom = _padding(height, kernel_height, stride, padding)
    left, right = _padding(width, kernel_width, stride, padding)
    inputs = ops.pad(inputs, [(0, 0), (top, bottom), (left, right), (0, 0)])
    rows = top + height + bottom - kernel_height + 1
    columns = left + width + right - kernel_width + 1
    pixels = [
        inputs[:, row : row + rows : stride, column : column + columns : stride]
        for row, column in np.ndindex(kernel_height, kernel_width)
    ]
    weights = ops.reshape(kernel, (-1, in_channels, out_channels))
    return ops.einsum("pbijc,pco->bijo", ops.stack(pixels), weights) + bias


def _padding(size: int, kernel_size: int, stride: int, padding: str) -> tuple[int, int]:
    """Counts the zeros before and after an axis; where their number is odd, the end gets one more."""
    if padding == "valid":
        return 0, 0
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + kernel_size - size, 0)
    return total // 2, total - total // 2
