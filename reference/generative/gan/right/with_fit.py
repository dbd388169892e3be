"""A Keras model with a `train_step` of its own, trained by `fit` with the hinge losses; neighbours by scikit-learn."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.neighbors import NearestNeighbors


def mode_coverage(samples, centers, std, least=1):
    distances, nearest = NearestNeighbors(n_neighbors=1).fit(centers).kneighbors(samples)
    good = nearest[distances <= 3 * std + 1e-12]
    _, counts = np.unique(good, return_counts=True)
    return int((counts >= least).sum()), good.size / len(samples)


def make_network(inputs, outputs):
    hidden = [layers.Dense(48, activation="leaky_relu", kernel_initializer="he_uniform") for _ in range(2)]
    return keras.Sequential([keras.Input((inputs,)), *hidden, layers.Dense(outputs)])


class GAN(keras.Model):
    def __init__(self, latent_dim, steps):
        super().__init__()
        self.latent_dim = latent_dim
        self.generator, self.discriminator = make_network(latent_dim, 2), make_network(2, 1)
        self.optimizers = []
        for network in (self.generator, self.discriminator):
            rate = keras.optimizers.schedules.PolynomialDecay(4e-3, steps, end_learning_rate=1e-4)
            self.optimizers.append(keras.optimizers.Adam(rate, beta_1=0.5, beta_2=0.99))
            self.optimizers[-1].build(network.trainable_variables)

    def train_step(self, real):
        noise = tf.random.normal((2, tf.shape(real)[0], self.latent_dim))
        with tf.GradientTape() as tape:
            said_of_real, said_of_fakes = self.discriminator(real), self.discriminator(self.generator(noise[0]))
            loss = tf.reduce_mean(tf.nn.relu(1 - said_of_real)) + tf.reduce_mean(tf.nn.relu(1 + said_of_fakes))
        variables = self.discriminator.trainable_variables
        self.optimizers[1].apply(tape.gradient(loss, variables), variables)
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(self.discriminator(self.generator(noise[1])))
        variables = self.generator.trainable_variables
        self.optimizers[0].apply(tape.gradient(loss, variables), variables)
        return {"loss": loss}


def train_gan(points, latent_dim, steps, seed):
    keras.utils.set_random_seed(seed)
    scale = keras.layers.Normalization()
    scale.adapt(points)
    back = keras.layers.Normalization(invert=True)
    back.adapt(points)
    gan = GAN(latent_dim, steps)
    gan.compile()
    data = tf.data.Dataset.from_tensor_slices(np.array(scale(points))).shuffle(len(points), seed=seed).repeat()
    gan.fit(data.batch(64, drop_remainder=True), epochs=1, steps_per_epoch=steps, verbose=0)
    return lambda noise: back(gan.generator(noise))
