"""Memoryless prediction: the next element of a sequence from the last few, and from nothing else."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.lib.stride_tricks import sliding_window_view

EPOCHS, BATCH_SIZE = 15, 128


def make_windows(sequences: list[np.ndarray], window: int, horizon: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Cuts sequences into windows of their elements, each with the element that is to be predicted from it."""
    features = sequences[0].shape[1]
    inputs, targets = [np.empty((0, window, features))], [np.empty((0, features))]
    for sequence in sequences:
        if len(sequence) >= window + horizon:
            windows = sliding_window_view(sequence[:-horizon], window, axis=0)
            inputs.append(np.swapaxes(windows, 1, 2))
            targets.append(sequence[window + horizon - 1 :])
    return np.concatenate(inputs), np.concatenate(targets)


def train_predictor(sequences: list[np.ndarray], window: int, seed: int) -> Callable[[np.ndarray], np.ndarray]:
    """Trains a model that predicts the next element of a sequence from the last `window` elements."""
    keras.utils.set_random_seed(seed)
    inputs, targets = (array.astype("float32") for array in make_windows(sequences, window))
    model = keras.Sequential([layers.Flatten(), layers.Dense(64, "relu"), layers.Dense(targets.shape[1])])
    model.build((None, *inputs.shape[1:]))
    optimizer = keras.optimizers.Adam(learning_rate=0.01)
    optimizer.build(model.trainable_variables)

    @tf.function(reduce_retracing=True)
    def step(batch: tf.Tensor, wanted: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(batch) - wanted) ** 2)
        optimizer.apply(tape.gradient(loss, model.trainable_variables))

    for _ in range(EPOCHS):
        order = np.random.permutation(len(inputs))
        for start in range(0, len(inputs), BATCH_SIZE):
            rows = order[start : start + BATCH_SIZE]
            step(inputs[rows], targets[rows])
    return model
