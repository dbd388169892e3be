"""Diffusion: a network that tells noise from data."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras import ops

STEPS, BATCH_SIZE = 1400, 256


def denoising_loss(
    predict_noise: Callable[[np.ndarray, np.ndarray], np.ndarray],
    points: np.ndarray,
    ratios: np.ndarray,
    noise: np.ndarray,
) -> float:
    """Measures how well a denoiser finds the noise in points that are made noisy."""
    points, ratios, noise = (ops.cast(values, "float32") for values in (points, ratios, noise))
    noisy = ops.sqrt(ratios)[:, None] * points + ops.sqrt(1 - ratios)[:, None] * noise
    predicted = ops.cast(predict_noise(noisy, ratios), "float32")
    return ops.mean((noise - predicted) ** 2)


def train_denoiser(points: np.ndarray) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Trains a network to predict the noise in noisy points."""
    network = keras.Sequential([layers.Dense(64, activation="gelu") for _ in range(2)] + [layers.Dense(2)])

    @tf.function(reduce_retracing=True)
    def predict_noise(noisy, ratios):
        angles = ops.arccos(ops.sqrt(ratios))[:, None] * [1.0, 2.0, 4.0]
        return network(ops.concatenate([noisy, ops.cos(angles), ops.sin(angles)], axis=-1))

    predict_noise(points, ops.ones(len(points)))
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(5e-3, STEPS))
    optimizer.build(network.trainable_variables)

    @tf.function
    def train():
        for _ in tf.range(STEPS):
            clean = tf.gather(points, tf.random.uniform((BATCH_SIZE,), maxval=len(points), dtype=tf.int32))
            ratios = ops.cos(np.pi / 2 * tf.random.uniform((BATCH_SIZE,))) ** 2
            with tf.GradientTape() as tape:
                loss = denoising_loss(predict_noise, clean, ratios, tf.random.normal((BATCH_SIZE, 2)))
            optimizer.apply(tape.gradient(loss, network.trainable_variables), network.trainable_variables)

    train()
    return predict_noise
