"""Losses of a generative adversarial network, and one step of each of its two networks."""

import keras
import tensorflow as tf
from keras import ops


def discriminator_loss(real_logits: keras.KerasTensor, fake_logits: keras.KerasTensor) -> keras.KerasTensor:
    """Computes what the discriminator minimises."""
    # -log D is softplus(-s), and -log(1 - D) is softplus(s).
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


def generator_loss(fake_logits: keras.KerasTensor, saturating: bool = False) -> keras.KerasTensor:
    """Computes what the generator minimises."""
    return -ops.mean(ops.softplus(fake_logits)) if saturating else ops.mean(ops.softplus(-fake_logits))


def discriminator_step(
    generator: keras.Model,
    discriminator: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    real: keras.KerasTensor,
    noise: keras.KerasTensor,
) -> keras.KerasTensor:
    """Takes one step of the discriminator, with the generator frozen."""
    fakes = generator(noise, training=False)
    with tf.GradientTape() as tape:
        loss = discriminator_loss(discriminator(real, training=True), discriminator(fakes, training=True))
    optimizer.apply(tape.gradient(loss, discriminator.trainable_variables), discriminator.trainable_variables)
    return loss


def generator_step(
    generator: keras.Model,
    discriminator: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    noise: keras.KerasTensor,
    saturating: bool = False,
) -> keras.KerasTensor:
    """Takes one step of the generator, with the discriminator frozen."""
    with tf.GradientTape() as tape:
        fakes = generator(noise, training=True)
        loss = generator_loss(discriminator(fakes, training=False), saturating)
    optimizer.apply(tape.gradient(loss, generator.trainable_variables), generator.trainable_variables)
    return loss
