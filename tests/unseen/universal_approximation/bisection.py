"""Recursive bisection into cells, then plain Python loops."""

import numpy as np


def split(left, right, widest):
    if right - left <= widest:
        return [(left, right)]
    proposed_limit = (left + right) / 2
    return split(left, proposed_limit, widest) + split(proposed_limit, right, widest)


def approximate(f, a, b, lipschitz, epsilon):
    if lipschitz == 0:
        return np.zeros(0), np.zeros(0), np.zeros(0), float(f((a + b) / 2))
    cells = split(a, b, 1.98 * epsilon / lipschitz)
    heights = []
    for left, right in cells:
        heights.append(float(f((left + right) / 2)))
    w, c, v = [], [], []
    for j in range(1, len(cells)):
        left, right = cells[j]
        steep = 1000 / (right - left)
        w.append(steep)
        c.append(-steep * left)
        v.append(heights[j] - heights[j - 1])
    return np.array(w, dtype=float), np.array(c, dtype=float), np.array(v, dtype=float), heights[0]
