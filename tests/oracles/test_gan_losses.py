"""`gan_losses` against Keras' cross-entropy and training of frozen networks, and SciPy's Jensen-Shannon divergence."""

import keras
import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon


@pytest.fixture
def kata(load):
    return load("generative/gan_losses")


def make_network(inputs, outputs):
    layers = [keras.layers.Dense(4), keras.layers.BatchNormalization(momentum=0.7), keras.layers.ReLU()]
    return keras.Sequential([keras.Input((inputs,)), *layers, keras.layers.Dense(outputs)])


def make_twins(inputs, outputs):
    """Two networks with the same random weights."""
    networks = make_network(inputs, outputs), make_network(inputs, outputs)
    networks[1].set_weights(networks[0].get_weights())
    return networks


def assert_alike(mine, other):
    for weight, expected in zip(mine.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(weight, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("real", "fakes"), [(1, 1), (5, 5), (3, 8)])
@pytest.mark.parametrize("scale", [1.0, 1000.0])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_losses_are_cross_entropies_of_keras(kata, rng, real, fakes, scale, dtype):
    real_logits = (scale * rng.normal(size=(real, 1))).astype(dtype)
    fake_logits = (scale * rng.normal(size=(fakes, 1))).astype(dtype)
    entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    ones, zeros = np.ones_like(fake_logits), np.zeros_like(fake_logits)
    expected = entropy(np.ones_like(real_logits), real_logits) + entropy(zeros, fake_logits)
    np.testing.assert_allclose(kata.discriminator_loss(real_logits, fake_logits), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(kata.generator_loss(fake_logits), entropy(ones, fake_logits), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        kata.generator_loss(fake_logits, True), -entropy(zeros, fake_logits), rtol=1e-5, atol=1e-6
    )


def test_best_discriminator_measures_the_divergence(kata, rng):
    p, q = np.array([5, 3, 1, 1]), np.array([1, 2, 3, 4])
    best = np.log(p / q)
    loss = kata.discriminator_loss(np.repeat(best, p), np.repeat(best, q))
    np.testing.assert_allclose(loss, np.log(4) - 2 * jensenshannon(p, q) ** 2, rtol=1e-6)
    for _ in range(20):
        other = best + rng.normal(size=4) / 10
        assert kata.discriminator_loss(np.repeat(other, p), np.repeat(other, q)) > loss


@pytest.mark.parametrize("rows", [2, 7])
def test_generator_step_is_that_of_keras(kata, rng, rows):
    generator, other_generator = make_twins(3, 2)
    discriminator, other_discriminator = make_twins(2, 1)
    other_discriminator.trainable = False
    stacked = keras.Sequential([keras.Input((3,)), other_generator, other_discriminator])
    entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    stacked.compile(keras.optimizers.SGD(0.1, momentum=0.9), entropy, run_eagerly=True)
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    for _ in range(3):
        noise = rng.normal(size=(rows, 3)).astype("float32")
        loss = kata.generator_step(generator, discriminator, optimizer, noise)
        np.testing.assert_allclose(loss, stacked.train_on_batch(noise, np.ones((rows, 1))), rtol=1e-5, atol=1e-6)
    assert_alike(generator, other_generator)
    assert_alike(discriminator, other_discriminator)


@pytest.mark.parametrize(("rows", "fakes"), [(4, 4), (6, 3)])
def test_discriminator_step_is_that_of_keras(kata, rng, rows, fakes):
    generator, other_generator = make_twins(3, 2)
    discriminator, other_discriminator = make_twins(2, 1)
    entropy, optimizer = keras.losses.BinaryCrossentropy(from_logits=True), keras.optimizers.SGD(0.1, momentum=0.9)

    class Both(keras.Model):
        def call(self, inputs, training=None):
            real, noise = inputs
            fakes = other_generator(noise)
            real_logits, fake_logits = (
                other_discriminator(real, training=training),
                other_discriminator(fakes, training=training),
            )
            self.add_loss(entropy(np.ones((rows, 1)), real_logits))
            self.add_loss(entropy(np.zeros((len(noise), 1)), fake_logits))
            return real_logits

    other_generator.trainable = False
    both = Both()
    both.discriminator = other_discriminator
    both.compile(keras.optimizers.SGD(0.1, momentum=0.9), run_eagerly=True)
    for _ in range(3):
        real, noise = rng.normal(size=(rows, 2)).astype("float32"), rng.normal(size=(fakes, 3)).astype("float32")
        loss = kata.discriminator_step(generator, discriminator, optimizer, real, noise)
        np.testing.assert_allclose(loss, both.train_on_batch((real, noise)), rtol=1e-5, atol=1e-6)
    assert_alike(discriminator, other_discriminator)
    assert_alike(generator, other_generator)
