"""Every unit as a curve of corner points, layer after layer; the sawtooth from a wider tent, in float32 tensors."""

import tensorflow as tf


def sawtooth(k):
    # The tent of x / 4 on [0, 1/4] has the height 1/4, so that every fold works on quarters.
    layers = [(tf.constant([[0.25, 0.25]]), tf.constant([0.0, -0.125]))]
    join = tf.constant([[2.0], [-4.0]])
    layers += [(tf.matmul(join, tf.ones((1, 2))), tf.constant([0.0, -0.125]))] * (k - 1)
    return [*layers, (4 * join, tf.zeros(1))]


def bend(x, curve, near):
    """Sets a curve to 0 where it is negative, with corners where it passes 0."""
    corners = [(x[0], max(0.0, curve[0]))]
    for left, right, y_left, y_right in zip(x[:-1], x[1:], curve[:-1], curve[1:], strict=True):
        if y_left * y_right < 0:
            at = left + (right - left) * y_left / (y_left - y_right)
            if left + near < at < right - near:
                corners.append((at, 0.0))
        corners.append((right, max(0.0, y_right)))
    return corners


def read(corners, points, near):
    """The values of a curve at sorted points, which its own corners are among."""
    values, index = [], 0
    for point in points:
        while index < len(corners) - 2 and corners[index + 1][0] < point - near:
            index += 1
        (left, y_left), (right, y_right) = corners[index], corners[index + 1]
        values.append(y_left + (y_right - y_left) * (point - left) / (right - left))
    return values


def trace(layers, a, b):
    near = 1e-7 * (b - a)
    x, curves = [float(a), float(b)], [[float(a), float(b)]]
    for depth, (weights, biases) in enumerate(layers, 1):
        scores = [
            [
                sum(c[i] * float(row[j]) for c, row in zip(curves, weights, strict=True)) + float(bias)
                for i in range(len(x))
            ]
            for j, bias in enumerate(biases)
        ]
        if depth == len(layers):
            return x, scores[0]
        bent = [bend(x, curve, near) for curve in scores]
        merged = sorted(point for corners in bent for point, _ in corners)
        x = [point for point, before in zip(merged, [a - 1, *merged[:-1]], strict=True) if point - before > near]
        curves = [read(corners, x, near) for corners in bent]
    return x, curves[0]


def find_bends(layers, a, b):
    x, y = trace(layers, a, b)
    slopes = [(y[i + 1] - y[i]) / (x[i + 1] - x[i]) for i in range(len(x) - 1)]
    bends = [(x[i], slopes[i] - slopes[i - 1]) for i in range(1, len(slopes)) if abs(slopes[i] - slopes[i - 1]) > 1e-2]
    return bends, y[0], slopes[0]


def count_pieces(layers, a, b):
    return 1 + len(find_bends(layers, a, b)[0])


def make_shallow(layers, a, b):
    bends, value, slope = find_bends(layers, a, b)
    units = [(a, slope), *bends]
    hidden = tf.ones((1, len(units)), dtype=tf.float64), tf.constant([-at for at, _ in units], dtype=tf.float64)
    return [hidden, (tf.constant([[change] for _, change in units], dtype=tf.float64), [value])]
