"""Memoryless prediction: the next element of a sequence from the last few, and from nothing else."""

import keras
import numpy as np


def make_windows(sequences, window, horizon=1):
    """Cuts sequences into windows of their elements, each with the element that is to be predicted from it."""
    features = sequences[0].shape[1]
    inputs, targets = [], []
    for sequence in sequences:
        for start in range(len(sequence) - window - horizon + 1):
            inputs.append(sequence[start : start + window])
            targets.append(sequence[start + window - 1 + horizon])
    if not inputs:
        return np.zeros((0, window, features)), np.zeros((0, features))
    return np.array(inputs), np.array(targets)


def train_predictor(sequences, window, seed):
    """Trains a model that predicts the next element of a sequence from the last `window` elements."""
    keras.utils.set_random_seed(seed)
    inputs, targets = make_windows(sequences, window)
    inputs, targets = inputs.astype("float32"), targets.astype("float32")
    features = targets.shape[1]
    mean = targets.mean(axis=0)
    deviation = targets.std(axis=0) + 1e-6

    model = keras.Sequential(
        [
            keras.Input((window, features)),
            keras.layers.Flatten(),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(features),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.005), loss="mse")
    model.fit((inputs - mean) / deviation, (targets - mean) / deviation, batch_size=32, epochs=40, verbose=0)

    def predictor(windows):
        scaled = (np.asarray(windows, dtype="float32") - mean) / deviation
        return np.array(model(scaled)) * deviation + mean

    return predictor
