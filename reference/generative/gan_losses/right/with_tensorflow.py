"""TensorFlow, with log-sigmoids, a persistent tape, and the gradient of the generator in two parts, by the chain rule."""

import tensorflow as tf


def discriminator_loss(real_logits, fake_logits):
    log_real = tf.math.log_sigmoid(tf.convert_to_tensor(real_logits))
    log_fake = tf.math.log_sigmoid(-tf.convert_to_tensor(fake_logits))
    return -tf.reduce_mean(log_real) - tf.reduce_mean(log_fake)


def generator_loss(fake_logits, saturating=False):
    fake_logits = tf.convert_to_tensor(fake_logits)
    if saturating:
        return tf.reduce_mean(tf.math.log_sigmoid(-fake_logits))
    return -tf.reduce_mean(tf.math.log_sigmoid(fake_logits))


def discriminator_step(generator, discriminator, optimizer, real, noise):
    with tf.GradientTape(persistent=True) as tape:
        real_logits = discriminator(real, training=True)
        fake_logits = discriminator(tf.stop_gradient(generator(noise, training=False)), training=True)
        loss = discriminator_loss(real_logits, fake_logits)
    gradients = [tape.gradient(loss, variable) for variable in discriminator.trainable_variables]
    optimizer.apply(gradients, discriminator.trainable_variables)
    return loss


def generator_step(generator, discriminator, optimizer, noise, saturating=False):
    with tf.GradientTape() as tape:
        fakes = generator(noise, training=True)
    with tf.GradientTape() as second:
        second.watch(fakes)
        loss = generator_loss(discriminator(fakes, training=False), saturating)
    variables = generator.trainable_variables
    optimizer.apply(tape.gradient(fakes, variables, output_gradients=second.gradient(loss, fakes)), variables)
    return loss
