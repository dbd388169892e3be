"""NumPy, a bump of two units for every cell; each bump has the height of the cell."""

import numpy as np


def approximate(f, a, b, lipschitz, epsilon):
    cells = int(np.ceil(1.5 * lipschitz * (b - a) / epsilon)) + 1
    borders = np.linspace(a, b, cells + 1)
    heights = f(0.5 * (borders[1:] + borders[:-1]))
    weight = 200 * cells / (b - a)
    borders[0] -= 1 / cells * (b - a)
    borders[-1] += 1 / cells * (b - a)
    left, right = borders[:-1], borders[1:]
    hidden_weights = np.full(2 * cells, weight)
    return hidden_weights, -weight * np.concatenate([left, right]), np.concatenate([heights, -heights]), 0.0
