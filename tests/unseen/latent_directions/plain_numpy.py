"""Latent directions: where an attribute lies in a latent space, and how well attributes are told apart there."""

import numpy as np


def attribute_direction(codes, attribute):
    """Finds the direction in which codes gain an attribute, by least squares."""
    codes = np.asarray(codes, dtype="float64")
    labels = np.where(attribute, 1.0, -1.0)
    centred = codes - codes.mean(axis=0)
    scale = centred.std(axis=0)
    weights = np.linalg.lstsq(centred / scale, labels - labels.mean(), rcond=None)[0]
    normal = weights / scale
    return normal / np.linalg.norm(normal)


def orthogonalize(direction, others):
    """Changes a direction so that a step along it leaves other attributes as they are."""
    direction = np.asarray(direction, dtype="float64")
    others = np.asarray(others, dtype="float64")
    others = others / np.linalg.norm(others, axis=1, keepdims=True)
    coefficients = np.linalg.lstsq(others.T, direction, rcond=1e-10)[0]
    rest = direction - others.T @ coefficients
    return rest / np.linalg.norm(rest)


def discretize(column, bins):
    """Says in which of the intervals of equal width each number lies."""
    low, high = column.min(), column.max()
    if low == high:
        return np.zeros(len(column), dtype=int)
    edges = np.linspace(low, high, bins + 1)
    return np.digitize(column, edges[1:-1])


def entropy(values):
    """The entropy of a column of integers."""
    _, counts = np.unique(values, return_counts=True)
    p = counts / counts.sum()
    return -np.sum(p * np.log(p))


def mutual_information(a, b):
    """The mutual information of two columns of integers."""
    a = np.unique(a, return_inverse=True)[1]
    b = np.unique(b, return_inverse=True)[1]
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1.0)
    joint = table / table.sum()
    product = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    occurs = joint > 0
    return np.sum(joint[occurs] * np.log(joint[occurs] / product[occurs]))


def mutual_information_gap(codes, factors, bins=20):
    """Scores how well each factor of variation has one latent dimension to itself."""
    codes, factors = np.asarray(codes), np.asarray(factors)
    cut = [discretize(column, bins) for column in codes.T]
    gaps = []
    for factor in factors.T:
        information = sorted(mutual_information(dimension, factor) for dimension in cut)
        gaps.append((information[-1] - information[-2]) / entropy(factor))
    return float(np.mean(gaps))
