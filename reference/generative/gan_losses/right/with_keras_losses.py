"""The cross-entropies of Keras with labels, and networks that are frozen by `trainable`, and thawed after the step."""

from contextlib import contextmanager

import keras
import tensorflow as tf
from keras import ops

cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)


@contextmanager
def frozen(network):
    before = [(layer, layer.trainable) for layer in network.layers]
    for layer in network.layers:
        layer.trainable = False
    yield
    for layer, trainable in before:
        layer.trainable = trainable


def discriminator_loss(real_logits, fake_logits):
    losses = (
        cross_entropy(ops.ones_like(real_logits), real_logits),
        cross_entropy(ops.zeros_like(fake_logits), fake_logits),
    )
    return sum(losses)


def generator_loss(fake_logits, saturating=False):
    sign, label = (-1, ops.zeros_like) if saturating else (1, ops.ones_like)
    return sign * cross_entropy(label(fake_logits), fake_logits)


def step(network, optimizer, compute_loss):
    with tf.GradientTape() as tape:
        loss = compute_loss()
    gradients = tape.gradient(loss, network.trainable_weights)
    optimizer.apply_gradients(zip(gradients, network.trainable_weights, strict=True))
    return loss


def discriminator_step(generator, discriminator, optimizer, real, noise):
    def compute_loss():
        real_logits = discriminator(real, training=True)
        return discriminator_loss(real_logits, discriminator(generator(noise, training=True), training=True))

    with frozen(generator):
        return step(discriminator, optimizer, compute_loss)


def generator_step(generator, discriminator, optimizer, noise, saturating=False):
    def compute_loss():
        return generator_loss(discriminator(generator(noise, training=True), training=True), saturating)

    with frozen(discriminator):
        return step(generator, optimizer, compute_loss)
