"""Diffusion, as a regression on pairs that are made noisy before each epoch."""

import keras
import numpy as np


def make_noisy(points, ratios, noise):
    ratios = np.reshape(ratios, (-1, 1))
    return np.sqrt(ratios) * points + np.sqrt(1 - ratios) * noise


def denoising_loss(predict_noise, points, ratios, noise):
    noisy = make_noisy(points, ratios, noise)
    errors = noise - np.asarray(predict_noise(noisy, ratios))
    return float(np.mean(errors**2))


def describe(noisy, ratios):
    """Puts the ratio beside the coordinates."""
    ratios = np.reshape(ratios, (-1, 1))
    return np.concatenate([noisy, np.sqrt(ratios), np.sqrt(1 - ratios)], axis=1).astype("float32")


def train_denoiser(points):
    random = np.random.default_rng(0)
    layers = keras.layers
    network = keras.Sequential([
        keras.Input((4,)),
        layers.Dense(96, activation="silu"),
        layers.Dense(96, activation="silu"),
        layers.Dense(96, activation="silu"),
        layers.Dense(2),
    ])
    epochs, batch, copies = 16, 250, 10
    steps = epochs * copies * len(points) // batch
    rate = keras.optimizers.schedules.CosineDecay(5e-3, steps)
    network.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")
    for _ in range(epochs):
        clean = np.tile(points, (copies, 1))
        ratios = np.cos(np.pi / 2 * random.uniform(size=len(clean))) ** 2
        noise = random.normal(size=clean.shape)
        noisy = make_noisy(clean, ratios, noise)
        network.fit(describe(noisy, ratios), noise, batch_size=batch, epochs=1, verbose=0)

    def predict_noise(noisy, ratios):
        return network(describe(noisy, ratios)).numpy()

    return predict_noise
