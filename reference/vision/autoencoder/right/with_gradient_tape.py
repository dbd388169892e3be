"""One model class whose halves are returned as its methods, trained with a gradient tape."""

import keras
import tensorflow as tf
from keras import layers


class Autoencoder(keras.Model):
    def __init__(self, code_size):
        super().__init__()
        self.down = [
            layers.Dense(100, activation="swish"),
            layers.Dense(50, activation="swish"),
            layers.Dense(code_size),
        ]
        self.up = [layers.Dense(50, activation="swish"), layers.Dense(100, activation="swish"), layers.Dense(64)]

    def encode(self, images):
        outputs = keras.ops.reshape(images, (-1, 64))
        for layer in self.down:
            outputs = layer(outputs)
        return outputs

    def decode(self, codes):
        for layer in self.up:
            codes = layer(codes)
        return keras.ops.reshape(keras.ops.clip(codes + 0.5, 0.0, 1.0), (-1, 8, 8))

    def call(self, images):
        outputs = self.encode(images)
        for layer in self.up:
            outputs = layer(outputs)
        return keras.ops.reshape(outputs + 0.5, (-1, 8, 8))


def make_encoder(code_size):
    return Autoencoder(code_size).encode


def make_decoder(code_size):
    return Autoencoder(code_size).decode


def train_autoencoder(images, labels, code_size, epochs, seed):
    keras.utils.set_random_seed(seed)
    model = Autoencoder(code_size)
    optimizer = keras.optimizers.Adam(3e-3)

    @tf.function
    def step(batch):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(batch) - batch) ** 2)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    data = tf.data.Dataset.from_tensor_slices(images).shuffle(len(images), seed=seed).repeat(epochs)
    model(images[:1])
    optimizer.build(model.trainable_variables)
    for batch in data.batch(64, drop_remainder=True):
        step(batch)
    return model.encode, model.decode
