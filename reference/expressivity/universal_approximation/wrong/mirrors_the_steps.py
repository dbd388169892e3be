"""The biases have the wrong sign.

A unit is at the middle of its step where w x + c = 0, that is at x = -c/w. With c = +w times the place, the step
stands on the other side of zero.
"""

from math import ceil

import numpy as np


def approximate(f, a, b, lipschitz, epsilon):
    cells = max(1, ceil(lipschitz * (b - a) / epsilon))
    borders = np.linspace(a, b, cells + 1)
    heights = f((borders[:-1] + borders[1:]) / 2)
    weights = np.full(cells - 1, 50 * cells / (b - a))
    return weights, weights * borders[1:-1], np.diff(heights), heights[0]
