from math import ceil

import numpy as np


def approximate(f, a, b, lipschitz, epsilon):
    cells = max(1, ceil(lipschitz * (b - a) / epsilon))
    borders = np.linspace(a, b, cells + 1)
    heights = f((borders[:-1] + borders[1:]) / 2)
    weights = np.full(cells - 1, 50 * cells / (b - a))
    return weights, -weights * borders[1:-1], np.diff(heights), heights[0]
