"""Every layer is linear up to the last.

Linear layers in a row are one linear layer, and the best linear autoencoder is PCA. Put a nonlinearity after every hidden
layer of both halves.
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
            layers.Dense(128),
            layers.Dense(64),
            layers.Dense(code_size),
        ]
    )


def make_decoder(code_size: int) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((code_size,)),
            layers.Dense(64),
            layers.Dense(128),
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
