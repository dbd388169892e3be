"""The code is a softmax.

Softmax makes the numbers of a code sum to 1, as for the classes of a classifier, so one of them says nothing new. A code has
no such rule: leave it linear.
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
            layers.Dense(code_size, activation="softmax"),
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
    for _ in range(epochs):
        shuffled = np.random.permutation(images)
        for start in range(0, len(images), BATCH_SIZE):
            batch = shuffled[start : start + BATCH_SIZE]
            autoencoder.train_on_batch(batch, batch)
    return encoder, decoder
