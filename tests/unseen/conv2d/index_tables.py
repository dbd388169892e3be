"""Tables of indices in place of padding: outside pixels get the index of a zero that stands behind the image."""

SOURCE = '''
import numpy as np


def table(pixels, size, stride, padding):
    """Says which pixel each output (row) meets at each place of the kernel (column)."""
    if padding == "same":
        outputs = (pixels + stride - 1) // stride
        before = max((outputs - 1) * stride + size - pixels, 0) // 2
    else:
        outputs = (pixels - size) // stride + 1
        before = 0
    places = np.arange(outputs)[:, None] * stride + np.arange(size) - before
    outside = (places < 0) | (places >= pixels)
    return np.where(outside, pixels, places)


def conv2d(inputs, kernel, bias, stride=1, padding="valid"):
    batch, height, width, channels = inputs.shape
    size_y, size_x, _, filters = kernel.shape
    ys = table(height, size_y, stride, padding)
    xs = table(width, size_x, stride, padding)

    image = np.zeros((batch, height + 1, width + 1, channels))
    image[:, :height, :width] = inputs

    result = np.zeros((batch, len(ys), len(xs), filters))
    for y in range(size_y):
        lines = image[:, ys[:, y]]
        for x in range(size_x):
            dots = lines[:, :, xs[:, x]]
            for c in range(channels):
                for o in range(filters):
                    result[:, :, :, o] += dots[:, :, :, c] * kernel[y, x, c, o]
    for o in range(filters):
        result[:, :, :, o] += bias[o]
    return result
'''

CHANGES = {
    "adds_the_bias_too_often": [
        (
            """            for c in range(channels):
                for o in range(filters):
                    result[:, :, :, o] += dots[:, :, :, c] * kernel[y, x, c, o]
    for o in range(filters):
        result[:, :, :, o] += bias[o]
""",
            """            for o in range(filters):
                for c in range(channels):
                    result[:, :, :, o] += dots[:, :, :, c] * kernel[y, x, c, o]
                result[:, :, :, o] += bias[o]
""",
        )
    ],
    "averages_the_channels": [("* kernel[y, x, c, o]", "* (kernel[y, x, c, o] / channels)")],
    "crops_where_padding_is_negative": [
        (
            "before = max((outputs - 1) * stride + size - pixels, 0) // 2",
            "before = ((outputs - 1) * stride + size - pixels) // 2",
        )
    ],
    "flips_the_kernel": [("kernel[y, x, c, o]", "kernel[-1 - y, -1 - x, c, o]")],
    "ignores_the_later_channels": [
        (
            """            for c in range(channels):
                for o in range(filters):
                    result[:, :, :, o] += dots[:, :, :, c] * kernel[y, x, c, o]
""",
            """            for o in range(filters):
                result[:, :, :, o] += dots[:, :, :, 0] * kernel[y, x, 0, o]
""",
        )
    ],
    "ignores_the_stride": [
        ("outputs = (pixels + stride - 1) // stride", "outputs = pixels"),
        ("before = max((outputs - 1) * stride + size - pixels, 0) // 2", "before = (size - 1) // 2"),
        ("outputs = (pixels - size) // stride + 1", "outputs = pixels - size + 1"),
        ("np.arange(outputs)[:, None] * stride + np.arange(size)", "np.arange(outputs)[:, None] + np.arange(size)"),
    ],
    "keeps_the_size_at_every_stride": [("outputs = (pixels + stride - 1) // stride", "outputs = pixels")],
    "loops_over_pixels": [
        (
            """    for y in range(size_y):
        lines = image[:, ys[:, y]]
        for x in range(size_x):
            dots = lines[:, :, xs[:, x]]
            for c in range(channels):
                for o in range(filters):
                    result[:, :, :, o] += dots[:, :, :, c] * kernel[y, x, c, o]
    for o in range(filters):
        result[:, :, :, o] += bias[o]
    return result
""",
            """    weights = kernel.reshape(-1, filters)
    for i, window_ys in enumerate(ys):
        lines = image[:, window_ys]
        for j, window_xs in enumerate(xs):
            dots = lines[:, :, window_xs].reshape(batch, -1)
            result[:, i, j] = dots @ weights + bias
    return result
""",
        )
    ],
    "loses_the_bias": [("    for o in range(filters):\n        result[:, :, :, o] += bias[o]\n", "")],
    "pads_as_if_the_stride_were_one": [
        ("before = max((outputs - 1) * stride + size - pixels, 0) // 2", "before = (size - 1) // 2")
    ],
    "pads_one_side_only": [("before = max((outputs - 1) * stride + size - pixels, 0) // 2", "before = 0")],
    "pads_the_total_on_each_side": [
        (
            """        before = max((outputs - 1) * stride + size - pixels, 0) // 2
""",
            """        before = after = max((outputs - 1) * stride + size - pixels, 0)
        outputs = (before + pixels + after - size) // stride + 1
""",
        )
    ],
    "puts_the_odd_pixel_first": [
        (
            "before = max((outputs - 1) * stride + size - pixels, 0) // 2",
            "before = (max((outputs - 1) * stride + size - pixels, 0) + 1) // 2",
        )
    ],
    "reaches_over_the_edge": [
        ("outputs = (pixels - size) // stride + 1", "outputs = -((size - pixels) // stride) + 1")
    ],
    "repeats_the_border": [
        (
            """    outside = (places < 0) | (places >= pixels)
    return np.where(outside, pixels, places)
""",
            "    return places.clip(0, pixels - 1)\n",
        )
    ],
    "shares_weights_among_channels": [("kernel[y, x, c, o]", "kernel[y, x, 0, o]")],
    "skips_pixels_inside_the_window": [
        (
            "    batch, height, width, channels = inputs.shape\n",
            """    if stride > 1:
        return conv2d(inputs[:, ::stride, ::stride, :], kernel, bias, 1, padding)
    batch, height, width, channels = inputs.shape
""",
        )
    ],
    "strides_down_only": [("table(width, size_x, stride, padding)", "table(width, size_x, 1, padding)")],
    "swaps_the_kernel_axes": [
        ("size_y, size_x, _, filters = kernel.shape", "size_x, size_y, _, filters = kernel.shape"),
        ("kernel[y, x, c, o]", "kernel[x, y, c, o]"),
    ],
}
