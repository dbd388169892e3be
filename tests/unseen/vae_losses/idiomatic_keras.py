"""Losses of a variational autoencoder: a sample, a divergence and a reconstruction."""

from keras import ops


def reparameterize(z_mean, z_log_var, epsilon):
    """Makes a sample of N(z_mean, exp(z_log_var)) from a sample of N(0, 1)."""
    std = ops.exp(0.5 * z_log_var)
    return z_mean + std * epsilon


def kl_divergence(z_mean, z_log_var):
    """Computes how far the code of each example is from the prior."""
    terms = 1.0 + z_log_var - ops.square(z_mean) - ops.exp(z_log_var)
    return -0.5 * ops.sum(terms, axis=-1)


def reconstruction_loss(inputs, outputs, kind):
    """Computes what the reconstruction of each example costs."""
    if kind == "squared_error":
        pixels = ops.square(inputs - outputs)
    elif kind == "cross_entropy":
        pixels = ops.softplus(outputs) - inputs * outputs
    else:
        raise ValueError(f"unknown kind: {kind!r}")
    axes = tuple(range(1, len(pixels.shape)))
    return ops.sum(pixels, axis=axes)


def vae_loss(inputs, outputs, z_mean, z_log_var, kind, beta=1.0):
    """Computes the loss that a variational autoencoder minimises."""
    reconstruction = reconstruction_loss(inputs, outputs, kind)
    divergence = kl_divergence(z_mean, z_log_var)
    return ops.mean(reconstruction + beta * divergence)
