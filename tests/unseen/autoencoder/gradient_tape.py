"""Functional Keras models, trained by a loop with a gradient tape and the cross-entropy of the pixels."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from keras.layers import Dense


def make_encoder(code_size):
    images = keras.Input((8, 8))
    x = ops.reshape(images, (-1, 64))
    x = Dense(160, activation="silu", name="encoder_1")(x)
    x = Dense(80, activation="silu", name="encoder_2")(x)
    codes = Dense(code_size)(x)
    return keras.Model(images, codes)


def make_decoder(code_size):
    codes = keras.Input((code_size,))
    x = codes
    x = Dense(80, activation="silu", name="decoder_1")(x)
    x = Dense(160, activation="silu", name="decoder_2")(x)
    pixels = ops.sigmoid(Dense(64)(x))
    return keras.Model(codes, ops.reshape(pixels, (-1, 8, 8)))


def train_autoencoder(images, labels, code_size, epochs, seed):
    keras.utils.set_random_seed(seed)
    generator = np.random.default_rng(seed)
    encoder, decoder = make_encoder(code_size), make_decoder(code_size)
    weights = encoder.trainable_variables + decoder.trainable_variables
    optimizer = keras.optimizers.Adam(learning_rate=0.003)
    optimizer.build(weights)

    @tf.function(reduce_retracing=True)
    def train_step(inputs, targets):
        with tf.GradientTape() as tape:
            outputs = decoder(encoder(inputs))
            loss = ops.mean(ops.binary_crossentropy(targets, outputs))
        gradients = tape.gradient(loss, weights)
        optimizer.apply(gradients, weights)

    for _ in range(epochs):
        order = generator.permutation(len(images))
        for batch in np.array_split(order, max(1, len(images) // 40)):
            train_step(tf.constant(images[batch]), tf.constant(images[batch]))
    return encoder, decoder
