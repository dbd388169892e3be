"""Generative adversarial network, as a model whose training step has both halves."""

import keras
import numpy as np
import tensorflow as tf


def mode_coverage(samples, centers, std, least=1):
    covered = np.zeros(len(centers), dtype=int)
    num_good = 0
    for sample in samples:
        distances = np.linalg.norm(centers - sample, axis=1)
        nearest = int(np.argmin(distances))
        if distances[nearest] <= 3 * std:
            num_good += 1
            covered[nearest] += 1
    return int(np.sum(covered >= least)), num_good / len(samples)


class Gan(keras.Model):
    def __init__(self, latent_dim):
        super().__init__()
        dense = keras.layers.Dense
        self.latent_dim = latent_dim
        self.generator = keras.Sequential([
            keras.Input((latent_dim,)),
            dense(64, activation="leaky_relu"),
            dense(64, activation="leaky_relu"),
            dense(2),
        ])
        self.discriminator = keras.Sequential([
            keras.Input((2,)),
            dense(64, activation="leaky_relu"),
            dense(64, activation="leaky_relu"),
            dense(1),
        ])
        self.cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    def call(self, noise):
        return self.generator(noise)

    def set_optimizers(self, steps):
        decay = keras.optimizers.schedules.CosineDecay
        self.g_optimizer = keras.optimizers.Adam(decay(2e-3, steps), beta_1=0.5)
        self.d_optimizer = keras.optimizers.Adam(decay(2e-3, steps), beta_1=0.5)
        self.g_optimizer.build(self.generator.trainable_variables)
        self.d_optimizer.build(self.discriminator.trainable_variables)

    def draw(self, count):
        return tf.random.normal([count, self.latent_dim])

    @tf.function
    def learn(self, real):
        count = tf.shape(real)[0]
        ones, zeros = tf.ones([count, 1]), tf.zeros([count, 1])
        fake = self.generator(self.draw(count))
        with tf.GradientTape() as tape:
            d_loss = self.cross_entropy(ones, self.discriminator(real))
            d_loss += self.cross_entropy(zeros, self.discriminator(fake))
        variables = self.discriminator.trainable_variables
        self.d_optimizer.apply(tape.gradient(d_loss, variables), variables)

        noise = self.draw(count)
        with tf.GradientTape() as tape:
            g_loss = self.cross_entropy(ones, self.discriminator(self.generator(noise)))
        variables = self.generator.trainable_variables
        self.g_optimizer.apply(tape.gradient(g_loss, variables), variables)


def train_gan(points, latent_dim, steps, seed):
    keras.utils.set_random_seed(seed)
    mean, scale = points.mean(axis=0), points.std(axis=0)
    scaled = ((points - mean) / scale).astype("float32")
    gan = Gan(latent_dim)
    gan.set_optimizers(steps)
    random = np.random.default_rng(seed)
    for _ in range(steps):
        gan.learn(tf.constant(scaled[random.integers(len(scaled), size=256)]))

    def generator(noise):
        return np.asarray(gan.generator(np.asarray(noise, dtype="float32"))) * scale + mean

    return generator
