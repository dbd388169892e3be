"""Sequential Keras models, trained with fit."""

import keras
import numpy as np
from keras import layers


def make_encoder(code_size):
    return keras.Sequential([
        keras.Input((8, 8)),
        layers.Flatten(),
        layers.Dense(128, activation="elu"),
        layers.Dense(64, activation="elu"),
        layers.Dense(code_size),
    ])


def make_decoder(code_size):
    return keras.Sequential([
        keras.Input((code_size,)),
        layers.Dense(64, activation="elu"),
        layers.Dense(128, activation="elu"),
        layers.Dense(64, activation="sigmoid"),
        layers.Reshape((8, 8)),
    ])


def train_autoencoder(images, labels, code_size, epochs, seed):
    keras.utils.set_random_seed(seed)
    encoder = make_encoder(code_size)
    decoder = make_decoder(code_size)
    autoencoder = keras.Sequential([encoder, decoder])
    autoencoder.compile(optimizer=keras.optimizers.Adam(0.003), loss="mse")
    autoencoder.fit(images, images, batch_size=32, epochs=epochs, verbose=0)
    return encoder, decoder
