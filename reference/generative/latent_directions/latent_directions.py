"""Latent directions: where an attribute lies in a latent space, and how well attributes are told apart there."""

import numpy as np


def attribute_direction(codes: np.ndarray, attribute: np.ndarray) -> np.ndarray:
    """Finds the direction in which codes gain an attribute."""
    groups = codes[attribute], codes[~attribute]
    means = [group.mean(axis=0) for group in groups]
    within = np.concatenate([group - mean for group, mean in zip(groups, means, strict=True)])
    normal = np.linalg.solve(within.T @ within / len(codes), means[0] - means[1])
    return normal / np.linalg.norm(normal)


def orthogonalize(direction: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Changes a direction so that a step along it leaves other attributes as they are."""
    shares, *_ = np.linalg.lstsq(others.T, direction)
    rest = direction - shares @ others
    return rest / np.linalg.norm(rest)


def mutual_information(rows: np.ndarray, columns: np.ndarray) -> float:
    """Computes the mutual information of two integer columns, in nats."""
    table = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(table, (rows, columns), 1 / len(rows))
    product = table.sum(axis=1, keepdims=True) * table.sum(axis=0)
    occurs = table > 0
    return np.sum(table[occurs] * np.log(table[occurs] / product[occurs]))


def mutual_information_gap(codes: np.ndarray, factors: np.ndarray, bins: int = 20) -> float:
    """Scores how well each factor of variation has one latent dimension to itself."""
    borders = np.linspace(codes.min(axis=0), codes.max(axis=0), bins + 1)[1:-1]
    intervals = [np.digitize(code, border) for code, border in zip(codes.T, borders.T, strict=True)]
    gaps = []
    for column in factors.T:
        _, factor = np.unique(column, return_inverse=True)
        *_, second, first = sorted(mutual_information(interval, factor) for interval in intervals)
        gaps.append((first - second) / mutual_information(factor, factor))
    return np.mean(gaps)
