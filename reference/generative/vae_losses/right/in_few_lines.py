from keras import ops


def reparameterize(z_mean, z_log_var, epsilon):
    std = ops.exp(z_log_var / 2)
    return z_mean + std * epsilon


def kl_divergence(z_mean, z_log_var):
    terms = 1 + z_log_var - z_mean**2 - ops.exp(z_log_var)
    return -0.5 * ops.sum(terms, axis=1)


def reconstruction_loss(inputs, outputs, kind):
    pixels = (inputs - outputs) ** 2
    if kind == "cross_entropy":
        pixels = ops.binary_crossentropy(inputs, outputs, from_logits=True)
    axes = list(range(1, len(pixels.shape)))
    return ops.sum(pixels, axis=axes)


def vae_loss(inputs, outputs, z_mean, z_log_var, kind, beta=1.0):
    reconstruction = reconstruction_loss(inputs, outputs, kind)
    divergence = kl_divergence(z_mean, z_log_var)
    return ops.mean(reconstruction + beta * divergence)
