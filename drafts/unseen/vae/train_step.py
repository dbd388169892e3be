"""Variational autoencoder, trained by `fit` with a training step of its own."""

import keras
import numpy as np
import tensorflow as tf


def collapsed_units(z_mean, z_log_var, threshold):
    variance = np.exp(z_log_var)
    divergence = 0.5 * (np.square(z_mean) + variance - 1.0 - z_log_var)
    return np.mean(divergence, axis=0) < threshold


def generate(decoder, latent_dim, count, seed):
    codes = np.random.default_rng(seed).standard_normal((count, latent_dim), dtype="float32")
    return decoder(codes)


class Vae(keras.Model):
    def __init__(self, shape, latent_dim, pixel_std):
        super().__init__()
        layers = keras.layers
        self.pixel_std = pixel_std
        self.body = keras.Sequential([
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(128, activation="relu"),
        ])
        self.z_mean = layers.Dense(latent_dim)
        self.z_log_var = layers.Dense(latent_dim)
        self.decoder = keras.Sequential([
            keras.Input((latent_dim,)),
            layers.Dense(128, activation="relu"),
            layers.Dense(128, activation="relu"),
            layers.Dense(shape[0] * shape[1]),
            layers.Reshape(shape),
        ])

    def encode(self, images):
        features = self.body(images)
        return self.z_mean(features), self.z_log_var(features)

    def call(self, images):
        return self.decoder(self.encode(images)[0])

    def train_step(self, images):
        with tf.GradientTape() as tape:
            mean, log_var = self.encode(images)
            std = tf.exp(0.5 * log_var)
            codes = mean + std * tf.random.normal(tf.shape(mean))
            outputs = self.decoder(codes)
            squares = tf.reduce_sum(tf.square(images - outputs), axis=[1, 2])
            divergence = 0.5 * tf.reduce_sum(tf.square(mean) + tf.exp(log_var) - 1.0 - log_var, axis=1)
            loss = tf.reduce_mean(squares / (2.0 * self.pixel_std**2) + divergence)
        variables = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": loss}


def train_vae(images, latent_dim, pixel_std, epochs, seed):
    keras.utils.set_random_seed(seed)
    model = Vae(images.shape[1:], latent_dim, pixel_std)
    model(images[:1])
    model.z_log_var(model.body(images[:1]))
    batch = 64
    steps = max(epochs * len(images) // batch, 1)
    model.compile(optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(5e-3, steps)))
    model.fit(images, batch_size=batch, epochs=epochs, verbose=0)
    return model.encode, model.decoder
