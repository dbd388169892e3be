"""2D convolution: one small kernel, asked everywhere in the image."""

from typing import Literal

import numpy as np


def conv2d(
    inputs: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray,
    stride: int = 1,
    padding: Literal["valid", "same"] = "valid",
) -> np.ndarray:
    """Computes the output of a convolutional layer, as `keras.layers.Conv2D` does.

    Y. LeCun et al., "Gradient-Based Learning Applied to Document Recognition", Proceedings of the IEEE 86(11), 1998,
    section II. The kernel is not flipped (cross-correlation). With the padded image x, stride s, all indices from 0:

        output[b, i, j, o] = bias[o] + Σ_u Σ_v Σ_c x[b, s·i + u, s·j + v, c] · kernel[u, v, c, o]

    There is an output wherever the kernel lies wholly in the padded image. Along an axis of n pixels, with a kernel of
    k pixels and P pixels of padding in all, there are floor((n + P - k) / s) + 1 outputs, where

        P = 0                                    for "valid"
        P = max((ceil(n / s) - 1)·s + k - n, 0)  for "same", which gives ceil(n / s) outputs

    P // 2 of these pixels go before the image (top, left) and the others after it (bottom, right); all are 0. This is
    TensorFlow's convention. Height and width each have their own n, k and P.

    Ready-made convolutions are off limits, whatever library they are from, and so are functions that extract patches, such
    as `tf.image.extract_patches`. Task 4 times the function: see the README.

    Args:
        inputs: float array of shape `(batch, height, width, in_channels)`.
        kernel: float array of shape `(kernel_height, kernel_width, in_channels, out_channels)`. For "valid" it is never
            larger than the image; for "same" it may be.
        bias: float array of shape `(out_channels,)`.
        stride: pixels from one window to the next, down and across; an integer, 1 or more.
        padding: "valid" (none) or "same".

    Returns:
        Float array of shape `(batch, out_height, out_width, out_channels)`; float32 is precise enough.
    """
    raise NotImplementedError("TODO: task 1")
