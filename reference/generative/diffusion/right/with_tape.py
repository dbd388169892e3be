"""TensorFlow: new ratios and noise in every step, and a gradient tape."""

import keras
import numpy as np
import tensorflow as tf


def denoising_loss(predict_noise, points, ratios, noise):
    points, ratios, noise = (tf.cast(array, "float32") for array in (points, ratios, noise))
    root, rest = tf.sqrt(ratios[:, tf.newaxis]), tf.sqrt(1 - ratios[:, tf.newaxis])
    guess = tf.cast(predict_noise(root * points + rest * noise, ratios), "float32")
    return tf.reduce_mean(tf.math.squared_difference(guess, noise))


class Denoiser(keras.Model):
    def __init__(self):
        super().__init__()
        self.network = keras.Sequential(
            [
                keras.layers.Dense(64, activation="gelu"),
                keras.layers.Dense(64, activation="gelu"),
                keras.layers.Dense(2),
            ]
        )

    def call(self, noisy, ratios):
        angles = tf.acos(tf.sqrt(tf.clip_by_value(ratios, 0.0, 1.0)))[:, tf.newaxis]
        waves = [wave(number * angles) for number in (1.0, 2.0, 4.0) for wave in (tf.sin, tf.cos)]
        return self.network(tf.concat([noisy, *waves], axis=1))


def train_denoiser(points, steps=1000, batch_size=256):
    denoiser = Denoiser()
    denoiser(points[:1], np.ones(1, dtype="float32"))
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(5e-3, steps))
    optimizer.build(denoiser.trainable_variables)
    points = tf.constant(points)

    @tf.function
    def train():
        for _ in tf.range(steps):
            batch = tf.gather(points, tf.random.uniform([batch_size], maxval=len(points), dtype="int32"))
            ratios = tf.cos(np.pi / 2 * tf.random.uniform([batch_size])) ** 2
            with tf.GradientTape() as tape:
                loss = denoising_loss(denoiser, batch, ratios, tf.random.normal([batch_size, 2]))
            optimizer.apply(tape.gradient(loss, denoiser.trainable_variables), denoiser.trainable_variables)

    train()
    return denoiser
