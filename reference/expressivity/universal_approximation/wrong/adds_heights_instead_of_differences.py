"""The output weights are the heights.

All steps to the left of a point are on at once, and their output weights add up. A unit has to add only the difference
between the heights on its two sides.
"""

from math import ceil

import numpy as np


def approximate(f, a, b, lipschitz, epsilon):
    cells = max(1, ceil(lipschitz * (b - a) / epsilon))
    borders = np.linspace(a, b, cells + 1)
    heights = f((borders[:-1] + borders[1:]) / 2)
    weights = np.full(cells - 1, 50 * cells / (b - a))
    return weights, -weights * borders[1:-1], heights[1:], heights[0]
