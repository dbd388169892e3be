"""Plain NumPy: all windows of the padded image as a view, and one product of arrays."""

SOURCE = """
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
"""

CHANGES = {
    "adds_the_bias_too_often": [("return output + bias", "return output + bias * kernel_height * kernel_width")],
    "averages_the_channels": [("return output + bias", "return output / kernel.shape[2] + bias")],
    "crops_where_padding_is_negative": [
        (
            "total = max((outputs - 1) * stride + size - pixels, 0)",
            "total = (outputs - 1) * stride + size - pixels",
        ),
        (
            "        image = np.pad(image, ((0, 0), rows, columns, (0, 0)))\n",
            """        for axis, (before, after) in ((1, rows), (2, columns)):
            width = [(0, 0)] * 4
            width[axis] = (max(before, 0), max(after, 0))
            image = np.pad(image, width)
            kept = np.arange(max(-before, 0), image.shape[axis] - max(-after, 0))
            image = np.take(image, kept, axis=axis)
""",
        ),
    ],
    "flips_the_kernel": [("np.tensordot(windows, kernel,", "np.tensordot(windows, kernel[::-1, ::-1],")],
    "ignores_the_later_channels": [
        (
            "np.tensordot(windows, kernel, axes=((4, 5, 3), (0, 1, 2)))",
            "np.tensordot(windows[:, :, :, 0], kernel[:, :, 0], axes=((3, 4), (0, 1)))",
        )
    ],
    "ignores_the_stride": [("    windows = windows[:, ::stride, ::stride]\n", "")],
    "keeps_the_size_at_every_stride": [
        (
            """    outputs = -(-pixels // stride)
    total = max((outputs - 1) * stride + size - pixels, 0)
""",
            "    total = (pixels - 1) * stride + size - pixels\n",
        )
    ],
    "loops_over_pixels": [
        (
            """    windows = sliding_window_view(image, (kernel_height, kernel_width), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]
    output = np.tensordot(windows, kernel, axes=((4, 5, 3), (0, 1, 2)))
    return output + bias
""",
            """    batch, height, width, _ = image.shape
    out_height = (height - kernel_height) // stride + 1
    out_width = (width - kernel_width) // stride + 1
    output = np.zeros((batch, out_height, out_width, kernel.shape[3]))
    for i in range(out_height):
        for j in range(out_width):
            top, left = i * stride, j * stride
            window = image[:, top : top + kernel_height, left : left + kernel_width]
            output[:, i, j] = np.tensordot(window, kernel, axes=3) + bias
    return output
""",
        )
    ],
    "loses_the_bias": [("return output + bias", "return output")],
    "pads_as_if_the_stride_were_one": [
        (
            """    outputs = -(-pixels // stride)
    total = max((outputs - 1) * stride + size - pixels, 0)
""",
            "    total = size - 1\n",
        )
    ],
    "pads_one_side_only": [("return total // 2, total - total // 2", "return 0, total")],
    "pads_the_total_on_each_side": [("return total // 2, total - total // 2", "return total, total")],
    "puts_the_odd_pixel_first": [
        ("return total // 2, total - total // 2", "return total - total // 2, total // 2"),
    ],
    "reaches_over_the_edge": [
        (
            "    windows = sliding_window_view(",
            """    missing = [-(pixels - size) % stride for pixels, size in zip(image.shape[1:3], kernel.shape)]
    image = np.pad(image, ((0, 0), (0, missing[0]), (0, missing[1]), (0, 0)))
    windows = sliding_window_view(""",
        )
    ],
    "repeats_the_border": [("rows, columns, (0, 0)))", 'rows, columns, (0, 0)), mode="edge")')],
    "shares_weights_among_channels": [
        (
            "np.tensordot(windows, kernel, axes=((4, 5, 3), (0, 1, 2)))",
            "np.tensordot(windows.sum(axis=3), kernel[:, :, 0], axes=((3, 4), (0, 1)))",
        )
    ],
    "skips_pixels_inside_the_window": [
        (
            "    image = np.asarray(inputs, dtype=float)\n",
            "    image = np.asarray(inputs, dtype=float)[:, ::stride, ::stride]\n    stride = 1\n",
        )
    ],
    "strides_down_only": [("windows[:, ::stride, ::stride]", "windows[:, ::stride]")],
    "swaps_the_kernel_axes": [
        (
            "    kernel_height, kernel_width = kernel.shape[:2]\n",
            "    kernel = kernel.transpose(1, 0, 2, 3)\n    kernel_height, kernel_width = kernel.shape[:2]\n",
        )
    ],
}
