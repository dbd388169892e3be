"""Memoryless prediction, with a network whose gradients are written out."""

import numpy as np


def make_windows(sequences, window, horizon=1):
    features = sequences[0].shape[1]
    inputs, targets = [], []
    for sequence in sequences:
        for start in range(len(sequence) - window - horizon + 1):
            inputs.append(sequence[start : start + window])
            targets.append(sequence[start + window - 1 + horizon])
    return np.reshape(inputs, (-1, window, features)), np.reshape(targets, (-1, features))


def train_predictor(sequences, window, seed):
    random = np.random.default_rng(seed)
    inputs, targets = make_windows(sequences, window)
    flat = inputs.reshape(len(inputs), -1)
    mean_x, std_x = flat.mean(axis=0), flat.std(axis=0)
    mean_y, std_y = targets.mean(axis=0), targets.std(axis=0)
    x, y = (flat - mean_x) / std_x, (targets - mean_y) / std_y
    width = 32
    weights = [
        random.normal(size=(x.shape[1], width)) / np.sqrt(x.shape[1]),
        np.zeros(width),
        random.normal(size=(width, y.shape[1])) / np.sqrt(width),
        np.zeros(y.shape[1]),
    ]
    first = [np.zeros_like(w) for w in weights]
    second = [np.zeros_like(w) for w in weights]
    epochs, batch, count = 60, 64, 0
    for epoch in range(epochs):
        rate = 5e-3 * (1 - epoch / epochs)
        order = random.permutation(len(x))
        for start in range(0, len(x), batch):
            rows = order[start : start + batch]
            hidden = np.tanh(x[rows] @ weights[0] + weights[1])
            error = 2 * (hidden @ weights[2] + weights[3] - y[rows]) / len(rows)
            back = error @ weights[2].T * (1 - hidden**2)
            gradients = [x[rows].T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)]
            count += 1
            for i, gradient in enumerate(gradients):
                first[i] = 0.9 * first[i] + 0.1 * gradient
                second[i] = 0.999 * second[i] + 0.001 * gradient**2
                step = first[i] / (1 - 0.9**count) / (np.sqrt(second[i] / (1 - 0.999**count)) + 1e-8)
                weights[i] = weights[i] - rate * step

    def predict(windows):
        rows = (np.reshape(windows, (len(windows), -1)) - mean_x) / std_x
        return (np.tanh(rows @ weights[0] + weights[1]) @ weights[2] + weights[3]) * std_y + mean_y

    return predict
