"""NumPy: windows by shifted slices, and a linear layer, trained by descent in the principal axes of the windows."""

import numpy as np


def make_windows(sequences, window, horizon=1):
    inputs, targets = [], []
    for x in sequences:
        count = max(len(x) - window - horizon + 1, 0)
        inputs.append(np.stack([x[lag : lag + count] for lag in range(window)], axis=1))
        targets.append(x[len(x) - count :])
    return np.concatenate(inputs), np.concatenate(targets)


def train_predictor(sequences, window, seed):
    generator = np.random.default_rng(seed)
    inputs, targets = make_windows(sequences, window)
    flat = inputs.reshape(len(inputs), -1)
    center, middle = flat.mean(axis=0), targets.mean(axis=0)
    values, axes = np.linalg.eigh(np.cov(flat.T).reshape(flat.shape[1], -1))
    scale = axes / np.sqrt(values)
    flat, targets = (flat - center) @ scale, targets - middle
    weights = 0.1 * generator.normal(size=(flat.shape[1], targets.shape[1]))
    for epoch in range(20):
        order = generator.permutation(len(flat))
        for start in range(0, len(flat), 64):
            rows = order[start : start + 64]
            error = flat[rows] @ weights - targets[rows]
            weights -= 0.2 / (1 + epoch) * flat[rows].T @ error / len(rows)
    return lambda windows: (np.reshape(windows, (len(windows), -1)) - center) @ scale @ weights + middle
