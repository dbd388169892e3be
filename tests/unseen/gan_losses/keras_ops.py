"""Losses of a generative adversarial network, and one step of each of its two networks."""

import keras
import tensorflow as tf
from keras import ops


def discriminator_loss(real_logits, fake_logits):
    """Real data are the class 1, fakes the class 0."""
    real_logits = ops.convert_to_tensor(real_logits, dtype="float32")
    fake_logits = ops.convert_to_tensor(fake_logits, dtype="float32")
    real_loss = ops.mean(ops.softplus(-real_logits))
    fake_loss = ops.mean(ops.softplus(fake_logits))
    return real_loss + fake_loss


def generator_loss(fake_logits, saturating=False):
    """Either the mean of log(1 - D), or minus the mean of log D."""
    fake_logits = ops.convert_to_tensor(fake_logits, dtype="float32")
    if saturating:
        return -ops.mean(ops.softplus(fake_logits))
    return ops.mean(ops.softplus(-fake_logits))


def discriminator_step(generator, discriminator, optimizer, real, noise):
    """Changes the discriminator only."""
    fakes = generator(noise, training=False)
    with tf.GradientTape() as tape:
        real_logits = discriminator(real, training=True)
        fake_logits = discriminator(fakes, training=True)
        loss = discriminator_loss(real_logits, fake_logits)
    variables = discriminator.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


def generator_step(generator, discriminator, optimizer, noise, saturating=False):
    """Changes the generator only."""
    with tf.GradientTape() as tape:
        samples = generator(noise, training=True)
        verdict = discriminator(samples, training=False)
        loss = generator_loss(verdict, saturating)
    weights = generator.trainable_variables
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss
