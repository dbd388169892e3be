"""Losses of a variational autoencoder: a sample, a divergence and a reconstruction."""

import keras


def reparameterize(
    z_mean: keras.KerasTensor, z_log_var: keras.KerasTensor, epsilon: keras.KerasTensor
) -> keras.KerasTensor:
    """Makes a sample of N(z_mean, exp(z_log_var)) from a sample of N(0, 1), so that gradients reach mean and variance.

    D. P. Kingma and M. Welling, "Auto-Encoding Variational Bayes", ICLR 2014, arXiv 1312.6114, section 2.4 and equation 10:

        z = μ + σ ε,    with σ² = exp(z_log_var)

    Like all functions of this module it gets tensors or arrays, works in compiled training, where the size of the batch may be
    unknown (None in `shape`), and lets gradients pass to its arguments.

    Args:
        z_mean: μ, a float32 tensor of shape `(batch, latent_dim)`.
        z_log_var: log σ², the natural logarithm of the variance; same shape, values from -20 to 20.
        epsilon: standard normal noise of the same shape. Nothing else in the result is random.

    Returns:
        z, a float32 tensor of the same shape.
    """
    raise NotImplementedError("TODO: task 1")


def kl_divergence(z_mean: keras.KerasTensor, z_log_var: keras.KerasTensor) -> keras.KerasTensor:
    """Computes how far the code of each example is from the prior.

    Kingma and Welling, equation 10 and appendix B. KL[Q || P] of Q = N(μ, σ² I) and the prior P = N(0, I), in nats:

        KL = -1/2 sum_j (1 + log σ_j² - μ_j² - σ_j²)

    Args:
        z_mean: μ, a float32 tensor of shape `(batch, latent_dim)`, values from -100 to 100.
        z_log_var: log σ², same shape, values from -20 to 20.

    Returns:
        Float32 tensor of shape `(batch,)`: a sum over the latent variables, one number for each example, 0 or more.
    """
    raise NotImplementedError("TODO: task 2")


def reconstruction_loss(inputs: keras.KerasTensor, outputs: keras.KerasTensor, kind: str) -> keras.KerasTensor:
    """Computes what the reconstruction of each example costs.

    Section 4.1.1 of the notes; Kingma and Welling, appendix C, where outputs are Gaussian or Bernoulli. With the input x and
    the output y of one pixel:

        "squared_error":  (x - y)²
        "cross_entropy":  -x log p - (1 - x) log(1 - p),    with p = 1 / (1 + exp(-y))

    Args:
        inputs: float32 tensor of shape `(batch, ...)`, with one axis or more after the batch. For "cross_entropy" the values
            lie from 0 to 1, ends included; they may lie between, as grey pixels do.
        outputs: what the decoder returned, of the same shape. For "cross_entropy" they are logits, from -1000 to 1000.
        kind: "squared_error" or "cross_entropy".

    Returns:
        Float32 tensor of shape `(batch,)`: a sum over all axes but the first. It and its gradient are finite and exact, for
        large logits too.
    """
    raise NotImplementedError("TODO: task 3")


def vae_loss(
    inputs: keras.KerasTensor,
    outputs: keras.KerasTensor,
    z_mean: keras.KerasTensor,
    z_log_var: keras.KerasTensor,
    kind: str,
    beta: float = 1.0,
) -> keras.KerasTensor:
    """Computes the loss that a variational autoencoder minimises.

    Kingma and Welling, equation 10, with the sign reversed; the factor β is that of I. Higgins et al., "beta-VAE", ICLR
    2017:

        loss = mean over the batch of (reconstruction_loss + β KL)

    Args:
        inputs: as for `reconstruction_loss`.
        outputs: as for `reconstruction_loss`.
        z_mean: as for `kl_divergence`.
        z_log_var: as for `kl_divergence`.
        kind: "squared_error" or "cross_entropy".
        beta: the weight of the divergence, 0 or more.

    Returns:
        Float32 scalar.
    """
    raise NotImplementedError("TODO: task 4")
