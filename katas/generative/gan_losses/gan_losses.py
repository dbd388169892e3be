"""Losses of a generative adversarial network, and one step of each of its two networks."""

import keras


def discriminator_loss(real_logits: keras.KerasTensor, fake_logits: keras.KerasTensor) -> keras.KerasTensor:
    """Computes what the discriminator minimises.

    I. Goodfellow et al., "Generative Adversarial Networks", arXiv 1406.2661, equation 1, with the sign reversed. With
    the logit s of an input, D = 1 / (1 + exp(-s)) is the probability that it is real:

        loss = -mean over the real data of log D - mean over the fakes of log(1 - D)

    Real data are the class 1 and fakes the class 0; nothing is smoothed. Like `generator_loss`, it gets tensors or arrays,
    works in compiled training, where the size of a batch may be unknown (None in `shape`), and lets gradients pass to its
    arguments.

    Args:
        real_logits: what the discriminator returned for real data, a float32 tensor of shape `(batch, 1)` or `(batch,)`, values
            from -1000 to 1000.
        fake_logits: the same for fakes. Their number may differ.

    Returns:
        Float32 scalar, 0 or more. It and its gradient are finite and exact, for large logits too.
    """
    raise NotImplementedError("TODO: task 1")


def generator_loss(fake_logits: keras.KerasTensor, saturating: bool = False) -> keras.KerasTensor:
    """Computes what the generator minimises.

    Goodfellow et al., equation 1 for "saturating", section 3 for the other. With D = 1 / (1 + exp(-s)) for a logit s:

        saturating:      loss = mean log(1 - D)
        not saturating:  loss = -mean log D

    Args:
        fake_logits: what the discriminator returned for fakes, a float32 tensor of shape `(batch, 1)` or `(batch,)`, values
            from -1000 to 1000.
        saturating: whether to take the loss of equation 1.

    Returns:
        Float32 scalar: 0 or less if it is saturating, 0 or more if not. It and its gradient are finite and exact, for large
        logits too.
    """
    raise NotImplementedError("TODO: task 2")


def discriminator_step(
    generator: keras.Model,
    discriminator: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    real: keras.KerasTensor,
    noise: keras.KerasTensor,
) -> keras.KerasTensor:
    """Takes one step of the discriminator, with the generator frozen.

        fakes = generator(noise)
        loss = discriminator_loss(discriminator(real), discriminator(fakes))

    The discriminator learns and is called with `training=True`: once for the real data, and after that once for the fakes. The
    optimizer changes its trainable weights once; the moving averages of its batch norm move with each of the two calls. The
    generator is called with `training=False`, so that nothing in it changes: no weight, and no moving average.

    Both steps run in eager mode, and compiled in the `train_step` of a model, where the size of a batch may be unknown. They
    change nothing beyond what is said here: whatever is trainable before a step is trainable after it.

    Args:
        generator: a Keras model that takes noise and returns fakes.
        discriminator: a Keras model that takes data and returns logits of shape `(batch, 1)`. Some of its layers may
            not be trainable.
        optimizer: a Keras optimizer that changes the weights of the discriminator only, in this step and in all others.
        real: real data, a float32 tensor or array of shape `(batch, ...)`.
        noise: the generator's input; nothing else is random. The number of rows may differ from that of `real`.

    Returns:
        The loss, a float32 scalar, as it was before the optimizer changed a weight.
    """
    raise NotImplementedError("TODO: task 3")


def generator_step(
    generator: keras.Model,
    discriminator: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    noise: keras.KerasTensor,
    saturating: bool = False,
) -> keras.KerasTensor:
    """Takes one step of the generator, with the discriminator frozen.

        loss = generator_loss(discriminator(generator(noise)), saturating)

    The generator learns and is called with `training=True`, once. The optimizer changes its trainable weights, and the moving
    averages of its batch norm move. The discriminator is called with `training=False`, so that nothing in it changes.

    Args:
        generator: as for `discriminator_step`. Some of its layers may not be trainable.
        discriminator: as for `discriminator_step`.
        optimizer: a Keras optimizer that changes the weights of the generator only.
        noise: the generator's input; nothing else is random.
        saturating: as for `generator_loss`.

    Returns:
        The loss, a float32 scalar, as it was before the optimizer changed a weight.
    """
    raise NotImplementedError("TODO: task 4")
