"""Variational autoencoder: train one on small pictures, make new ones, and find the latent variables that say nothing."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras import ops

BATCH_SIZE = 64


def collapsed_units(z_mean: np.ndarray, z_log_var: np.ndarray, threshold: float) -> np.ndarray:
    """Finds the latent variables whose code is nearly the prior, whatever the picture."""
    divergences = 0.5 * (z_mean**2 + np.exp(z_log_var) - 1 - z_log_var)
    return divergences.mean(axis=0) < threshold


def generate(decoder: Callable, latent_dim: int, count: int, seed: int) -> np.ndarray:
    """Makes new pictures: decodes codes that are drawn from the prior N(0, I)."""
    return decoder(np.random.default_rng(seed).standard_normal((count, latent_dim), dtype=np.float32))


def make_encoder(shape: tuple[int, ...], latent_dim: int) -> keras.Model:
    """Makes a network with two outputs, z_mean and z_log_var."""
    inputs = keras.Input(shape)
    hidden = layers.Dense(128, activation="tanh")(layers.Flatten()(inputs))
    hidden = layers.Dense(64, activation="tanh")(hidden)
    return keras.Model(inputs, [layers.Dense(latent_dim)(hidden), layers.Dense(latent_dim)(hidden)])


def make_decoder(shape: tuple[int, ...], latent_dim: int) -> keras.Model:
    """Makes a network that turns codes into pictures."""
    hidden = [layers.Dense(64, activation="tanh"), layers.Dense(128, activation="tanh")]
    return keras.Sequential(
        [keras.Input((latent_dim,)), *hidden, layers.Dense(int(np.prod(shape))), layers.Reshape(shape)]
    )


def train_vae(
    images: np.ndarray, latent_dim: int, pixel_std: float, epochs: int, seed: int
) -> tuple[keras.Model, keras.Model]:
    """Trains an encoder and a decoder by the negative evidence lower bound."""
    keras.utils.set_random_seed(seed)
    encoder, decoder = make_encoder(images.shape[1:], latent_dim), make_decoder(images.shape[1:], latent_dim)
    variables = encoder.trainable_variables + decoder.trainable_variables
    batches = tf.data.Dataset.from_tensor_slices(images).shuffle(len(images), seed=seed).batch(BATCH_SIZE)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(5e-3, epochs * len(batches)))
    optimizer.build(variables)

    @tf.function(reduce_retracing=True)
    def step(batch):
        with tf.GradientTape() as tape:
            z_mean, z_log_var = encoder(batch)
            outputs = decoder(z_mean + ops.exp(z_log_var / 2) * tf.random.normal(tf.shape(z_mean)))
            reconstruction = ops.sum((batch - outputs) ** 2, axis=(1, 2)) / (2 * pixel_std**2)
            divergence = 0.5 * ops.sum(z_mean**2 + ops.exp(z_log_var) - 1 - z_log_var, axis=1)
            loss = ops.mean(reconstruction + divergence)
        optimizer.apply(tape.gradient(loss, variables), variables)

    for batch in batches.repeat(epochs):
        step(batch)
    return encoder, decoder
