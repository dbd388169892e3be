"""TensorFlow: a loop over the positions of the kernel, and a strided slice of the padded image for each."""

SOURCE = """
import math

import tensorflow as tf


def conv2d(inputs, kernel, bias, stride=1, padding="valid"):
    x = tf.cast(inputs, tf.float64)
    k = tf.cast(kernel, tf.float64)
    b = tf.cast(bias, tf.float64)
    _, height, width, _ = x.shape
    k_height, k_width, _, _ = k.shape

    if padding == "same":
        out_height = math.ceil(height / stride)
        out_width = math.ceil(width / stride)
        pad_height = max((out_height - 1) * stride + k_height - height, 0)
        pad_width = max((out_width - 1) * stride + k_width - width, 0)
        top, left = pad_height // 2, pad_width // 2
        x = tf.pad(x, [[0, 0], [top, pad_height - top], [left, pad_width - left], [0, 0]])
    else:
        out_height = (height - k_height) // stride + 1
        out_width = (width - k_width) // stride + 1

    terms = []
    for u in range(k_height):
        for v in range(k_width):
            last_row = u + (out_height - 1) * stride
            last_column = v + (out_width - 1) * stride
            part = x[:, u : last_row + 1 : stride, v : last_column + 1 : stride, :]
            terms.append(tf.einsum("bijc,co->bijo", part, k[u, v]))
    return (tf.add_n(terms) + b).numpy()
"""

CHANGES = {
    "adds_the_bias_too_often": [
        ('tf.einsum("bijc,co->bijo", part, k[u, v]))', 'tf.einsum("bijc,co->bijo", part, k[u, v]) + b)'),
        ("(tf.add_n(terms) + b).numpy()", "tf.add_n(terms).numpy()"),
    ],
    "averages_the_channels": [
        (
            'terms.append(tf.einsum("bijc,co->bijo", part, k[u, v]))',
            "terms.append(tf.reduce_mean(part[..., tf.newaxis] * k[u, v], axis=3))",
        )
    ],
    "crops_where_padding_is_negative": [
        (
            "pad_height = max((out_height - 1) * stride + k_height - height, 0)",
            "pad_height = (out_height - 1) * stride + k_height - height",
        ),
        (
            "pad_width = max((out_width - 1) * stride + k_width - width, 0)",
            "pad_width = (out_width - 1) * stride + k_width - width",
        ),
        (
            "        x = tf.pad(x, [[0, 0], [top, pad_height - top], [left, pad_width - left], [0, 0]])\n",
            """        if pad_height < 0:
            x = x[:, -top : height + pad_height - top]
            top, pad_height = 0, 0
        if pad_width < 0:
            x = x[:, :, -left : width + pad_width - left]
            left, pad_width = 0, 0
        x = tf.pad(x, [[0, 0], [top, pad_height - top], [left, pad_width - left], [0, 0]])
""",
        ),
    ],
    "flips_the_kernel": [
        ("k = tf.cast(kernel, tf.float64)", "k = tf.reverse(tf.cast(kernel, tf.float64), axis=[0, 1])")
    ],
    "ignores_the_later_channels": [
        ('tf.einsum("bijc,co->bijo", part, k[u, v])', "part[..., 0, tf.newaxis] * k[u, v, 0]")
    ],
    "ignores_the_stride": [
        ("    x = tf.cast(inputs, tf.float64)\n", "    stride = 1\n    x = tf.cast(inputs, tf.float64)\n")
    ],
    "keeps_the_size_at_every_stride": [
        ("out_height = math.ceil(height / stride)", "out_height = height"),
        ("out_width = math.ceil(width / stride)", "out_width = width"),
    ],
    "loops_over_pixels": [
        (
            """    terms = []
    for u in range(k_height):
        for v in range(k_width):
            last_row = u + (out_height - 1) * stride
            last_column = v + (out_width - 1) * stride
            part = x[:, u : last_row + 1 : stride, v : last_column + 1 : stride, :]
            terms.append(tf.einsum("bijc,co->bijo", part, k[u, v]))
    return (tf.add_n(terms) + b).numpy()
""",
            """    x, k, b = x.numpy(), k.numpy(), b.numpy()
    rows = []
    for i in range(0, out_height * stride, stride):
        row = []
        for j in range(0, out_width * stride, stride):
            window = x[:, i : i + k_height, j : j + k_width, :, None]
            row.append((window * k).sum(axis=(1, 2, 3)) + b)
        rows.append(tf.stack(row, axis=1))
    return tf.stack(rows, axis=1).numpy()
""",
        )
    ],
    "loses_the_bias": [("(tf.add_n(terms) + b).numpy()", "tf.add_n(terms).numpy()")],
    "pads_as_if_the_stride_were_one": [
        (
            """        out_height = math.ceil(height / stride)
        out_width = math.ceil(width / stride)
        pad_height = max((out_height - 1) * stride + k_height - height, 0)
        pad_width = max((out_width - 1) * stride + k_width - width, 0)
""",
            """        pad_height = k_height - 1
        pad_width = k_width - 1
        out_height = (height + pad_height - k_height) // stride + 1
        out_width = (width + pad_width - k_width) // stride + 1
""",
        )
    ],
    "pads_one_side_only": [("top, left = pad_height // 2, pad_width // 2", "top, left = 0, 0")],
    "pads_the_total_on_each_side": [
        (
            "        x = tf.pad(x, [[0, 0], [top, pad_height - top], [left, pad_width - left], [0, 0]])\n",
            """        x = tf.pad(x, [[0, 0], [pad_height, pad_height], [pad_width, pad_width], [0, 0]])
        out_height = (height + 2 * pad_height - k_height) // stride + 1
        out_width = (width + 2 * pad_width - k_width) // stride + 1
""",
        ),
        ("        top, left = pad_height // 2, pad_width // 2\n", ""),
    ],
    "puts_the_odd_pixel_first": [
        (
            "top, left = pad_height // 2, pad_width // 2",
            "top, left = math.ceil(pad_height / 2), math.ceil(pad_width / 2)",
        )
    ],
    "reaches_over_the_edge": [
        (
            """        out_height = (height - k_height) // stride + 1
        out_width = (width - k_width) // stride + 1
""",
            """        out_height = math.ceil((height - k_height) / stride) + 1
        out_width = math.ceil((width - k_width) / stride) + 1
        x = tf.pad(x, [[0, 0], [0, stride - 1], [0, stride - 1], [0, 0]])
""",
        )
    ],
    "repeats_the_border": [
        (
            "        x = tf.pad(x, [[0, 0], [top, pad_height - top], [left, pad_width - left], [0, 0]])\n",
            """        x = tf.concat([x[:, :1]] * top + [x] + [x[:, -1:]] * (pad_height - top), axis=1)
        x = tf.concat([x[:, :, :1]] * left + [x] + [x[:, :, -1:]] * (pad_width - left), axis=2)
""",
        )
    ],
    "shares_weights_among_channels": [
        (
            'tf.einsum("bijc,co->bijo", part, k[u, v])',
            "tf.reduce_sum(part, axis=3, keepdims=True) * k[u, v, 0]",
        )
    ],
    "skips_pixels_inside_the_window": [
        (
            "    x = tf.cast(inputs, tf.float64)\n",
            "    x = tf.cast(inputs, tf.float64)\n    x = x[:, ::stride, ::stride, :]\n    stride = 1\n",
        )
    ],
    "strides_down_only": [
        ("out_width = math.ceil(width / stride)", "out_width = width"),
        ("pad_width = max((out_width - 1) * stride + k_width - width, 0)", "pad_width = k_width - 1"),
        ("out_width = (width - k_width) // stride + 1", "out_width = width - k_width + 1"),
        ("last_column = v + (out_width - 1) * stride", "last_column = v + out_width - 1"),
        ("v : last_column + 1 : stride, :]", "v : last_column + 1, :]"),
    ],
    "swaps_the_kernel_axes": [
        ("k_height, k_width, _, _ = k.shape", "k_width, k_height, _, _ = k.shape"),
        ("part, k[u, v]", "part, k[v, u]"),
    ],
}
