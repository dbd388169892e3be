"""Convolutions in the encoder, cross-entropy of the pixels as the loss, and `fit`."""

import keras
from keras import layers


def make_encoder(code_size):
    inputs = keras.Input((8, 8))
    outputs = layers.Reshape((8, 8, 1))(inputs)
    outputs = layers.Conv2D(16, 3, strides=2, padding="same", activation="elu")(outputs)
    outputs = layers.Dense(64, activation="elu")(layers.Flatten()(outputs))
    return keras.Model(inputs, layers.Dense(code_size)(outputs))


def make_decoder(code_size):
    inputs = keras.Input((code_size,))
    outputs = inputs
    for units in (64, 128):
        outputs = layers.Dense(units, activation="elu")(outputs)
    return keras.Model(inputs, layers.Reshape((8, 8))(layers.Dense(64, activation="sigmoid")(outputs)))


def train_autoencoder(images, labels, code_size, epochs, seed):
    keras.utils.set_random_seed(seed)
    encoder, decoder = make_encoder(code_size), make_decoder(code_size)
    inputs = keras.Input((8, 8))
    autoencoder = keras.Model(inputs, decoder(encoder(inputs)))
    autoencoder.compile(optimizer=keras.optimizers.Adam(5e-3), loss="binary_crossentropy")
    autoencoder.fit(images, images, batch_size=64, epochs=epochs, verbose=0)
    return encoder, decoder
