import numpy as np


def sawtooth(k):
    first = np.array([[1.0, 1.0]]), np.array([0.0, -0.5])
    fold = np.array([[2.0, 2.0], [-4.0, -4.0]]), np.array([0.0, -0.5])
    last = np.array([[2.0], [-4.0]]), np.array([0.0])
    return [first, *[fold] * (k - 1), last]


def count_pieces(layers, a, b):
    return len(find_bends(layers, a, b)) + 1


def make_shallow(layers, a, b):
    x = np.array([a, *find_bends(layers, a, b), b])
    y = compute(layers, x)[:, 0]
    changes = np.diff(np.diff(y) / np.diff(x), prepend=0.0)
    return [(np.ones((1, len(changes))), -x[:-1]), (changes[:, None], y[:1])]


def compute(layers, x):
    values = x[:, None]
    for weights, biases in layers[:-1]:
        values = np.maximum(values @ weights + biases, 0.0)
    return values @ layers[-1][0] + layers[-1][1]


def find_switches(layers, a, b):
    x = np.array([a, b])
    for depth in range(1, len(layers)):
        scores = compute(layers[:depth], x)
        interval, unit = np.nonzero(scores[:-1] * scores[1:] < 0)
        left, right = scores[interval, unit], scores[interval + 1, unit]
        zeros = x[interval] + np.diff(x)[interval] * left / (left - right)
        x = np.sort(np.concatenate([x, zeros]))
        x = x[np.diff(x, prepend=-np.inf) > 1e-6 * (b - a)]
    return x


def find_bends(layers, a, b):
    x = find_switches(layers, a, b)
    slopes = np.diff(compute(layers, x)[:, 0]) / np.diff(x)
    return x[1:-1][np.abs(np.diff(slopes)) > 1e-3]
