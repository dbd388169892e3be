"""The number of units is fixed.

A hundred steps are enough for some functions and some ε. How many are needed follows from the Lipschitz bound, the
length of the interval and ε.
"""

import numpy as np


def approximate(f, a, b, lipschitz, epsilon):
    cells = 100
    borders = np.linspace(a, b, cells + 1)
    heights = f((borders[:-1] + borders[1:]) / 2)
    weights = np.full(cells - 1, 50 * cells / (b - a))
    return weights, -weights * borders[1:-1], np.diff(heights), heights[0]
