"""The output bias is 0.

Left of all steps the network then gives 0, whatever f is there, and every height is wrong by the same amount. The
output bias is the height of the first cell.
"""

from math import ceil

import numpy as np


def approximate(f, a, b, lipschitz, epsilon):
    cells = max(1, ceil(lipschitz * (b - a) / epsilon))
    borders = np.linspace(a, b, cells + 1)
    heights = f((borders[:-1] + borders[1:]) / 2)
    weights = np.full(cells - 1, 50 * cells / (b - a))
    return weights, -weights * borders[1:-1], np.diff(heights), 0.0
