"""The steps are laid on [0, 1].

Their number is right, but the interval goes from a to b. Lay the cells from a to b, and let the steps be steep
compared with the width that a cell has there.
"""

from math import ceil

import numpy as np


def approximate(f, a, b, lipschitz, epsilon):
    cells = max(1, ceil(lipschitz * (b - a) / epsilon))
    borders = np.linspace(0.0, 1.0, cells + 1)
    heights = f((borders[:-1] + borders[1:]) / 2)
    weights = np.full(cells - 1, 50.0 * cells)
    return weights, -weights * borders[1:-1], np.diff(heights), heights[0]
