"""NumPy: least squares with the labels ±1, a projection matrix, and mutual information as a sum of entropies."""

import numpy as np


def attribute_direction(codes, attribute):
    centered = codes - codes.mean(axis=0)
    labels = np.where(attribute, 1.0, -1.0)
    normal = np.linalg.lstsq(centered, labels - labels.mean())[0]
    return normal / np.linalg.norm(normal)


def orthogonalize(direction, others):
    span = np.linalg.pinv(others) @ others
    rest = direction - span @ direction
    return rest / np.linalg.norm(rest)


def entropy(*columns):
    _, counts = np.unique(np.stack(columns, axis=1), axis=0, return_counts=True)
    shares = counts / counts.sum()
    return -np.sum(shares * np.log(shares))


def cut(code, bins):
    edges = np.linspace(code.min(), code.max(), bins + 1)
    return np.searchsorted(edges[1:-1], code, side="right")


def mutual_information_gap(codes, factors, bins=20):
    columns = [cut(code, bins) for code in codes.T]
    gaps = []
    for factor in factors.T:
        shared = np.sort([entropy(column) + entropy(factor) - entropy(column, factor) for column in columns])
        gaps.append((shared[-1] - shared[-2]) / entropy(factor))
    return np.mean(gaps)
