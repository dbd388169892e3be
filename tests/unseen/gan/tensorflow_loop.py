"""Generative adversarial network: train one on points of the plane, and count what it has learned."""

import keras
import numpy as np
import tensorflow as tf


def mode_coverage(samples, centers, std, least=1):
    """Counts the modes that a generator covers, and the share of its samples that are good."""
    offsets = samples[:, None, :] - centers[None, :, :]
    distances = np.sqrt(np.sum(offsets**2, axis=-1))
    nearest = np.argmin(distances, axis=1)
    good = np.min(distances, axis=1) <= 3 * std
    counts = np.bincount(nearest[good], minlength=len(centers))
    covered = int(np.sum(counts >= least))
    return covered, float(np.mean(good))


def make_network(inputs, activation):
    layers = keras.layers
    return keras.Sequential([
        keras.Input((inputs,)),
        layers.Dense(64, activation=activation),
        layers.Dense(64, activation=activation),
        layers.Dense(2 if activation == "relu" else 1),
    ])


def train_gan(points, latent_dim, steps, seed):
    """Trains a generator against a discriminator, in turn, and returns the generator."""
    keras.utils.set_random_seed(seed)
    mean = points.mean(axis=0)
    scale = points.std(axis=0)
    data = tf.constant((points - mean) / scale, dtype=tf.float32)
    batch = 256

    generator = make_network(latent_dim, "relu")
    discriminator = make_network(2, "leaky_relu")
    rate = 2e-3
    generator_optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps), beta_1=0.5)
    discriminator_optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps), beta_1=0.5)
    generator_optimizer.build(generator.trainable_variables)
    discriminator_optimizer.build(discriminator.trainable_variables)
    random = tf.random.Generator.from_seed(seed)

    @tf.function
    def step():
        rows = random.uniform([batch], maxval=len(points), dtype=tf.int32)
        real = tf.gather(data, rows)
        fakes = generator(random.normal([batch, latent_dim]))
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.softplus(-discriminator(real)))
            loss += tf.reduce_mean(tf.nn.softplus(discriminator(fakes)))
        variables = discriminator.trainable_variables
        discriminator_optimizer.apply(tape.gradient(loss, variables), variables)

        noise = random.normal([batch, latent_dim])
        with tf.GradientTape() as tape:
            verdict = discriminator(generator(noise))
            loss = tf.reduce_mean(tf.nn.softplus(-verdict))
        weights = generator.trainable_variables
        generator_optimizer.apply(tape.gradient(loss, weights), weights)

    for _ in range(steps):
        step()

    def sample(noise):
        return generator(np.asarray(noise, dtype="float32")).numpy() * scale + mean

    return sample
