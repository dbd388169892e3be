"""Losses of a variational autoencoder: a sample, a divergence and a reconstruction."""

import keras
from keras import ops


def reparameterize(
    z_mean: keras.KerasTensor, z_log_var: keras.KerasTensor, epsilon: keras.KerasTensor
) -> keras.KerasTensor:
    """Makes a sample of N(z_mean, exp(z_log_var)) from a sample of N(0, 1), so that gradients reach mean and variance."""
    return z_mean + ops.exp(0.5 * z_log_var) * epsilon


def kl_divergence(z_mean: keras.KerasTensor, z_log_var: keras.KerasTensor) -> keras.KerasTensor:
    """Computes how far the code of each example is from the prior."""
    return 0.5 * ops.sum(ops.square(z_mean) + ops.exp(z_log_var) - 1 - z_log_var, axis=-1)


def reconstruction_loss(inputs: keras.KerasTensor, outputs: keras.KerasTensor, kind: str) -> keras.KerasTensor:
    """Computes what the reconstruction of each example costs."""
    losses = {
        "squared_error": ops.square(inputs - outputs),
        # -x log p - (1 - x) log(1 - p): the two logarithms are -softplus(-y) and -softplus(y), and y apart.
        "cross_entropy": ops.softplus(outputs) - inputs * outputs,
    }[kind]
    return ops.sum(losses, axis=tuple(range(1, ops.ndim(losses))))


def vae_loss(
    inputs: keras.KerasTensor,
    outputs: keras.KerasTensor,
    z_mean: keras.KerasTensor,
    z_log_var: keras.KerasTensor,
    kind: str,
    beta: float = 1.0,
) -> keras.KerasTensor:
    """Computes the loss that a variational autoencoder minimises."""
    return ops.mean(reconstruction_loss(inputs, outputs, kind) + beta * kl_divergence(z_mean, z_log_var))
