"""The encoder learns the labels.

It is trained as a classifier, and only the decoder learns to reconstruct. An autoencoder is self-supervised: its target is
its own input, and `labels` are not used at all.
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
    classifier = keras.Sequential([encoder, layers.Dense(10, activation="softmax")])
    classifier.compile(optimizer=keras.optimizers.Adam(5e-3), loss="sparse_categorical_crossentropy")
    classifier.fit(images, labels, epochs=epochs, batch_size=BATCH_SIZE, verbose=0)
    encoder.trainable = False
    autoencoder = keras.Sequential([encoder, decoder])
    autoencoder.compile(optimizer=keras.optimizers.Adam(5e-3), loss="mse")
    for _ in range(epochs):
        shuffled = np.random.permutation(images)
        for start in range(0, len(images), BATCH_SIZE):
            batch = shuffled[start : start + BATCH_SIZE]
            autoencoder.train_on_batch(batch, batch)
    return encoder, decoder
