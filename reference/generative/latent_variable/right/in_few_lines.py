import numpy as np


def log_likelihood(inputs, means, std):
    squares = np.sum((inputs[None, :, :] - means[:, None, :]) ** 2, axis=2)
    constant = inputs.shape[1] * np.log(std * np.sqrt(2 * np.pi))
    return -squares / (2 * std**2) - constant


def log_evidence(log_likelihoods):
    shift = np.max(log_likelihoods, axis=0)
    shift = np.where(np.isfinite(shift), shift, 0.0)
    return shift + np.log(np.mean(np.exp(log_likelihoods - shift), axis=0))


def estimate_log_evidence(inputs, generator, latent_dim, samples, std, seed):
    latents = np.random.default_rng(seed).normal(size=(samples, latent_dim))
    means = np.asarray(generator(latents))
    return log_evidence(log_likelihood(inputs, means, std))
