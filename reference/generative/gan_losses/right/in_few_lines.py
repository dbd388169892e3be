import tensorflow as tf
from keras import ops


def discriminator_loss(real_logits, fake_logits):
    real_loss = ops.mean(ops.softplus(-real_logits))
    fake_loss = ops.mean(ops.softplus(fake_logits))
    return real_loss + fake_loss


def generator_loss(fake_logits, saturating=False):
    if saturating:
        return -ops.mean(ops.softplus(fake_logits))
    return ops.mean(ops.softplus(-fake_logits))


def discriminator_step(generator, discriminator, optimizer, real, noise):
    fakes = generator(noise, training=False)
    variables = discriminator.trainable_variables
    with tf.GradientTape() as tape:
        real_logits = discriminator(real, training=True)
        fake_logits = discriminator(fakes, training=True)
        loss = discriminator_loss(real_logits, fake_logits)
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


def generator_step(generator, discriminator, optimizer, noise, saturating=False):
    variables = generator.trainable_variables
    with tf.GradientTape() as tape:
        fakes = generator(noise, training=True)
        logits = discriminator(fakes, training=False)
        loss = generator_loss(logits, saturating)
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss
