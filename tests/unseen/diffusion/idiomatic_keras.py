"""Diffusion: a network that tells noise from data."""

import keras
import numpy as np


def make_noisy(points, ratios, noise):
    alpha = ratios[:, None]
    return np.sqrt(alpha) * points + np.sqrt(1 - alpha) * noise


def denoising_loss(predict_noise, points, ratios, noise):
    """Measures how well a denoiser finds the noise in points that are made noisy."""
    noisy = make_noisy(points, ratios, noise)
    predicted = np.asarray(predict_noise(noisy, ratios))
    return np.mean((noise - predicted) ** 2)


def features(noisy, ratios):
    level = np.stack([np.sqrt(ratios), np.sqrt(1 - ratios), ratios], axis=1)
    return np.concatenate([noisy, level], axis=1).astype("float32")


def train_denoiser(points):
    """Trains a network to predict the noise in noisy points."""
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(1)
    batch, steps = 512, 3000
    rows = rng.integers(len(points), size=batch * steps)
    clean = points[rows]
    ratios = np.cos(np.pi / 2 * rng.uniform(size=len(rows))) ** 2
    noise = rng.standard_normal(clean.shape)
    noisy = make_noisy(clean, ratios, noise)

    network = keras.Sequential([
        keras.Input((5,)),
        keras.layers.Dense(64, activation="silu"),
        keras.layers.Dense(64, activation="silu"),
        keras.layers.Dense(64, activation="silu"),
        keras.layers.Dense(2),
    ])
    rate = keras.optimizers.schedules.CosineDecay(3e-3, steps)
    network.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")
    network.fit(features(noisy, ratios), noise.astype("float32"), batch_size=batch, epochs=1, verbose=0)

    def predict_noise(noisy, ratios):
        return keras.ops.convert_to_numpy(network(features(np.asarray(noisy), np.asarray(ratios))))

    return predict_noise
