"""Windows from one table of indices, and a convolution as wide as the window, trained on standardized elements."""

from itertools import pairwise

import keras
import numpy as np
import tensorflow as tf


def make_windows(sequences, window, horizon=1):
    starts = np.cumsum([0] + [len(x) for x in sequences])
    first = [np.arange(a, b - window - horizon + 1) for a, b in pairwise(starts)]
    first = np.concatenate(first).astype(int)
    everything = np.concatenate(sequences)
    return everything[first[:, None] + np.arange(window)], everything[first + window + horizon - 1]


def train_predictor(sequences, window, seed):
    keras.utils.set_random_seed(seed)
    everything = np.concatenate(sequences)
    mean, deviation = everything.mean(axis=0), everything.std(axis=0)
    data = tf.data.Dataset.from_tensor_slices(make_windows([(x - mean) / deviation for x in sequences], window))
    model = keras.Sequential(
        [
            keras.layers.Conv1D(48, window, activation="elu"),
            keras.layers.Dense(everything.shape[1]),
            keras.layers.Flatten(),
        ]
    )
    model.compile(keras.optimizers.Adam(1e-2), "mse", jit_compile=False)
    model.fit(data.shuffle(5000, seed=seed).batch(128).repeat(12), verbose=0)
    return lambda windows: model((windows - mean) / deviation) * deviation + mean
