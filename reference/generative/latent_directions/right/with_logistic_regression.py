"""Logistic regression by gradient descent on standardised codes, Gram and Schmidt, and counting in plain Python."""

from collections import Counter
from math import log

import numpy as np


def attribute_direction(codes, attribute):
    deviations = codes.std(axis=0)
    standard = (codes - codes.mean(axis=0)) / deviations
    weights, intercept = np.zeros(codes.shape[1]), 0.0
    for _ in range(1500):
        chances = 1 / (1 + np.exp(-(standard @ weights + intercept)))
        weights -= 0.5 * (chances - attribute) @ standard / len(codes)
        intercept -= 0.5 * np.mean(chances - attribute)
    normal = weights / deviations
    return normal / np.sqrt(normal @ normal)


def orthogonalize(direction, others):
    axes = []
    for vector in [*others, direction]:
        rest = vector
        for axis in axes + axes:
            rest = rest - (axis @ rest) * axis
        if np.linalg.norm(rest) > 1e-6 * np.linalg.norm(vector):
            axes.append(rest / np.linalg.norm(rest))
    return axes[-1]


def information(pairs):
    total, both = len(pairs), Counter(pairs)
    left, right = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    return sum(n / total * log(n * total / (left[a] * right[b])) for (a, b), n in both.items())


def mutual_information_gap(codes, factors, bins=20):
    names = []
    for code in codes.T.tolist():
        low, high = min(code), max(code)
        width = (high - low) / bins or 1.0
        names.append([min(int((value - low) / width), bins - 1) for value in code])
    total = 0.0
    for factor in factors.T.tolist():
        known = sorted(information(list(zip(name, factor, strict=True))) for name in names)
        total += (known[-1] - known[-2]) / information(list(zip(factor, factor, strict=True)))
    return total / factors.shape[1]
