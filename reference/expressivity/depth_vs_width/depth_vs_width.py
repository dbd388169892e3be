"""Depth against width: layers multiply what units only add."""

import numpy as np

# On [0, 1] the tent is 2 max(0, x) - 4 max(0, x - 1/2).
SPLIT, CORNERS, JOIN = np.array([[1.0, 1.0]]), np.array([0.0, -0.5]), np.array([[2.0], [-4.0]])


def sawtooth(k: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Builds a ReLU network whose graph on [0, 1] is a sawtooth of 2^k straight pieces."""
    first, next_, last = (SPLIT, CORNERS), (JOIN @ SPLIT, CORNERS), (JOIN, np.zeros(1))
    return [first, *[next_] * (k - 1), last]


def count_pieces(layers: list[tuple[np.ndarray, np.ndarray]], a: float, b: float) -> int:
    """Counts the straight pieces of the function that a ReLU network computes on an interval."""
    x, _ = find_ends(layers, a, b)
    return len(x) - 1


def make_shallow(
    layers: list[tuple[np.ndarray, np.ndarray]], a: float, b: float
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rewrites a ReLU network as one with a single hidden layer that is the same function on an interval."""
    x, y = find_ends(layers, a, b)
    changes = np.diff(np.diff(y) / np.diff(x), prepend=0.0)
    return [(np.ones((1, len(changes))), -x[:-1]), (changes[:, None], y[:1])]


def find_ends(layers, a, b):
    """Finds the ends x of the pieces, from a to b, and the function's values y there."""
    x = np.array([a, b])
    for depth in range(1, len(layers)):
        x = add_zeros(x, compute(layers[:depth], x))
    y = compute(layers, x)[:, 0]
    slopes = np.diff(y) / np.diff(x)
    bends = ~np.isclose(slopes[1:], slopes[:-1], atol=1e-3)
    is_end = np.concatenate([[True], bends, [True]])
    return x[is_end], y[is_end]


def compute(layers, x):
    """Computes the scores of the last layer for every x, one column for each unit."""
    values = x[:, None]
    for weights, biases in layers[:-1]:
        values = np.maximum(values @ weights + biases, 0.0)
    weights, biases = layers[-1]
    return values @ weights + biases


def add_zeros(x, scores):
    """Adds to the sorted x the points between them at which a score is 0; between the old ones scores are straight."""
    left, right = scores[:-1], scores[1:]
    interval, unit = np.nonzero(left * right < 0)
    share = left[interval, unit] / (left[interval, unit] - right[interval, unit])
    x = np.sort(np.concatenate([x, x[interval] + share * np.diff(x)[interval]]))
    # Two units that switch at the same point find it twice, up to rounding.
    return x[np.diff(x, prepend=-np.inf) > 1e-6 * (x[-1] - x[0])]
