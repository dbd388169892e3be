"""The target is the mean image of the class.

Each image is to come back as the average of the images with its label, which needs labels and throws away what makes a digit
its own. The target of an autoencoder is its own input.
"""

import keras
import numpy as np
from keras import layers

BATCH_SIZE = 128


def make_encoder(code_size: int) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((8, 8)),
            layers.Flatten(),
            layers.Dense(128, activation="gelu"),
            layers.Dense(64, activation="gelu"),
            layers.Dense(code_size),
        ]
    )


def make_decoder(code_size: int) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((code_size,)),
            layers.Dense(64, activation="gelu"),
            layers.Dense(128, activation="gelu"),
            layers.Dense(64, activation="sigmoid"),
            layers.Reshape((8, 8)),
        ]
    )


def train_autoencoder(
    images: np.ndarray, labels: np.ndarray, code_size: int, epochs: int, seed: int
) -> tuple[keras.Model, keras.Model]:
    keras.utils.set_random_seed(seed)
    encoder, decoder = make_encoder(code_size), make_decoder(code_size)
    autoencoder = keras.Sequential([encoder, decoder])
    autoencoder.compile(optimizer=keras.optimizers.Adam(5e-3), loss="mse")
    targets = np.zeros_like(images)
    for label in np.unique(labels):
        targets[labels == label] = images[labels == label].mean(axis=0)
    for _ in range(epochs):
        order = np.random.permutation(len(images))
        for start in range(0, len(images), BATCH_SIZE):
            chosen = order[start : start + BATCH_SIZE]
            autoencoder.train_on_batch(images[chosen], targets[chosen])
    return encoder, decoder
