"""The steps are as wide as the cells.

With a weight of one over the width of a cell, a step reaches over several cells to both sides, and the corners of f
are rounded off by more than there is room for. Make the weight many times larger.
"""

from math import ceil

import numpy as np


def approximate(f, a, b, lipschitz, epsilon):
    cells = max(1, ceil(lipschitz * (b - a) / epsilon))
    borders = np.linspace(a, b, cells + 1)
    heights = f((borders[:-1] + borders[1:]) / 2)
    weights = np.full(cells - 1, cells / (b - a))
    return weights, -weights * borders[1:-1], np.diff(heights), heights[0]
