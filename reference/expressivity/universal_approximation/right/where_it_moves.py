"""Places steps where f has moved, found by walking along it, so that a flat stretch costs nothing."""

import numpy as np


def approximate(f, a, b, lipschitz, epsilon):
    pieces = int(4 * lipschitz * (b - a) / epsilon) + 1
    x = np.linspace(a, b, pieces + 1)
    values = np.asarray(f(x))
    level = first = values[0]
    at, jumps = [], []
    for left, right, value in zip(x[:-1], x[1:], values[1:], strict=True):
        if abs(value - level) > epsilon / 2:
            at.append((left + right) / 2)
            jumps.append(value - level)
            level = value
    weights = np.full(len(at), 100 * pieces / (b - a))
    return weights, -weights * np.array(at), np.array(jumps), float(first)
