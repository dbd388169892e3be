"""Generative adversarial network: train one on points of the plane, and count what it has learned."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras import ops

BATCH_SIZE = 64


def mode_coverage(samples: np.ndarray, centers: np.ndarray, std: float, least: int = 1) -> tuple[int, float]:
    """Counts the modes that a generator covers, and the share of its samples that are good."""
    distances = np.linalg.norm(samples[:, None] - centers, axis=-1)
    nearest, is_good = distances.argmin(axis=1), distances.min(axis=1) <= 3 * std
    counts = np.bincount(nearest[is_good], minlength=len(centers))
    return int(np.sum(counts >= least)), float(np.mean(is_good))


def make_network(inputs: int, outputs: int) -> keras.Model:
    """Makes a network with two hidden layers."""
    hidden = [layers.Dense(32, activation="leaky_relu", kernel_initializer="he_normal") for _ in range(2)]
    return keras.Sequential([keras.Input((inputs,)), *hidden, layers.Dense(outputs)])


def make_optimizer(network: keras.Model, steps: int) -> keras.optimizers.Optimizer:
    """Makes an optimizer for so many steps of a network: little momentum, and a rate that falls."""
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(5e-3, steps), beta_1=0.5)
    optimizer.build(network.trainable_variables)
    return optimizer


def train_gan(points: np.ndarray, latent_dim: int, steps: int, seed: int) -> Callable:
    """Trains a generator against a discriminator, in turn, and returns the generator."""
    keras.utils.set_random_seed(seed)
    mean = points.mean(axis=0)
    std = np.std(points - mean)
    points = tf.constant((points - mean) / std)
    generator, discriminator = make_network(latent_dim, 2), make_network(2, 1)
    optimizers = [make_optimizer(network, steps) for network in (generator, discriminator)]

    @tf.function
    def step():
        real = tf.gather(points, tf.random.uniform((BATCH_SIZE,), maxval=len(points), dtype="int32"))
        with tf.GradientTape() as tape:
            fakes = generator(tf.random.normal((BATCH_SIZE, latent_dim)))
            loss = ops.mean(ops.softplus(-discriminator(real))) + ops.mean(ops.softplus(discriminator(fakes)))
        variables = discriminator.trainable_variables
        optimizers[1].apply(tape.gradient(loss, variables), variables)
        with tf.GradientTape() as tape:
            fakes = generator(tf.random.normal((BATCH_SIZE, latent_dim)))
            loss = ops.mean(ops.softplus(-discriminator(fakes)))
        variables = generator.trainable_variables
        optimizers[0].apply(tape.gradient(loss, variables), variables)

    for _ in range(steps):
        step()
    return keras.Sequential([generator, layers.Rescaling(std, mean)])
