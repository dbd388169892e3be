"""One Keras model that adds the divergence by `add_loss`, trained by `fit`; the units judged by a mean of squares."""

import keras
import numpy as np
from keras import layers
from keras import ops


def collapsed_units(z_mean, z_log_var, threshold):
    costs = np.square(z_mean) / 2 + (np.expm1(z_log_var) - z_log_var) / 2
    return np.array([np.sum(column) < threshold * len(column) for column in np.transpose(costs)])


def generate(decoder, latent_dim, count, seed):
    return decoder(np.array(keras.random.normal((count, latent_dim), seed=seed)))


class Code(layers.Layer):
    """Makes a sample of the code, and adds what the code costs."""

    def __init__(self, seed):
        super().__init__()
        self.seed = keras.random.SeedGenerator(seed)

    def call(self, both):
        z_mean, z_log_var = both
        terms = ops.square(z_mean) + ops.exp(z_log_var) - 1 - z_log_var
        self.add_loss(ops.mean(ops.sum(terms, axis=-1)) / 2)
        return z_mean + ops.exp(z_log_var / 2) * keras.random.normal(ops.shape(z_mean), seed=self.seed)


def train_vae(images, latent_dim, pixel_std, epochs, seed):
    keras.utils.set_random_seed(seed)
    shape = images.shape[1:]
    inputs, codes = keras.Input(shape), keras.Input((latent_dim,))
    hidden = layers.Flatten()(inputs)
    for units in (128, 128):
        hidden = layers.Dense(units, activation="gelu")(hidden)
    encoder = keras.Model(inputs, [layers.Dense(latent_dim)(hidden), layers.Dense(latent_dim, "linear", False)(hidden)])
    outputs = codes
    for units in (128, 128):
        outputs = layers.Dense(units, activation="gelu")(outputs)
    decoder = keras.Model(codes, layers.Reshape(shape)(layers.Dense(images[0].size)(outputs)))
    vae = keras.Model(inputs, decoder(Code(seed)(encoder(inputs))))
    weight = images[0].size / (2 * pixel_std**2)

    def reconstruction(true, predicted):
        return weight * ops.mean(ops.square(true - predicted), axis=(1, 2))

    steps = epochs * (len(images) // 50 + 1)
    rate = keras.optimizers.schedules.PolynomialDecay(3e-3, steps, end_learning_rate=1e-5)
    vae.compile(keras.optimizers.Adam(rate), reconstruction)
    vae.fit(images, images, batch_size=50, epochs=epochs, verbose=0)
    return encoder, decoder
