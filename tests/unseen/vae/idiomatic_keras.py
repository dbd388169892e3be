"""Variational autoencoder: train one on small pictures, make new ones, and find the latent variables that say nothing."""

import keras
import numpy as np
from keras import layers, ops


def collapsed_units(z_mean, z_log_var, threshold):
    """Finds the latent variables whose code is nearly the prior, whatever the picture."""
    divergence = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1.0 - z_log_var)
    return divergence.mean(axis=0) < threshold


def generate(decoder, latent_dim, count, seed):
    """Makes new pictures: decodes codes that are drawn from the prior N(0, I)."""
    rng = np.random.default_rng(seed)
    codes = rng.normal(size=(count, latent_dim)).astype("float32")
    return decoder(codes)


class VAE(keras.Model):
    """An encoder and a decoder, and their cost."""

    def __init__(self, encoder, decoder, pixel_std, seed):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.pixel_std = pixel_std
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, images):
        z_mean, z_log_var = self.encoder(images)
        epsilon = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)
        z = z_mean + ops.exp(0.5 * z_log_var) * epsilon
        outputs = self.decoder(z)
        squares = ops.sum(ops.square(images - outputs), axis=(1, 2))
        reconstruction = squares / (2.0 * self.pixel_std**2)
        divergence = 0.5 * ops.sum(ops.square(z_mean) + ops.exp(z_log_var) - 1.0 - z_log_var, axis=1)
        self.add_loss(ops.mean(reconstruction + divergence))
        return outputs


def build_encoder(height, width, latent_dim):
    inputs = keras.Input((height, width))
    x = layers.Flatten()(inputs)
    x = layers.Dense(128, activation="relu")(x)
    x = layers.Dense(128, activation="relu")(x)
    return keras.Model(inputs, [layers.Dense(latent_dim)(x), layers.Dense(latent_dim)(x)])


def build_decoder(height, width, latent_dim):
    codes = keras.Input((latent_dim,))
    x = layers.Dense(128, activation="relu")(codes)
    x = layers.Dense(128, activation="relu")(x)
    x = layers.Dense(height * width)(x)
    return keras.Model(codes, layers.Reshape((height, width))(x))


def train_vae(images, latent_dim, pixel_std, epochs, seed):
    """Trains an encoder and a decoder by the negative evidence lower bound."""
    keras.utils.set_random_seed(seed)
    images = np.asarray(images, dtype="float32")
    count, height, width = images.shape
    encoder = build_encoder(height, width, latent_dim)
    decoder = build_decoder(height, width, latent_dim)
    vae = VAE(encoder, decoder, pixel_std, seed)
    batch_size = 64
    steps = epochs * int(np.ceil(count / batch_size))
    schedule = keras.optimizers.schedules.CosineDecay(4e-3, steps)
    vae.compile(optimizer=keras.optimizers.Adam(schedule), jit_compile=False)
    vae.fit(images, batch_size=batch_size, epochs=epochs, verbose=0)
    return encoder, decoder
