"""The code is as wide as the image.

The encoder returns 64 numbers whatever `code_size` says. Then nothing has to be left out, and copying is the best that can
be learned: the width of the encoder's last layer is the code size.
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
            layers.Dense(64),
        ]
    )


def make_decoder(code_size: int) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((64,)),
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
