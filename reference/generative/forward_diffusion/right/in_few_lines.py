import numpy as np


def linear_ratios(steps, first=1e-4, last=0.02):
    betas = np.linspace(first, last, steps)
    return np.concatenate([[1.0], np.cumprod(1 - betas)])


def cosine_ratios(steps, offset=0.008):
    t = np.arange(steps + 1)
    left = np.cos((t / steps + offset) / (1 + offset) * np.pi / 2) ** 2
    return left / left[0]


def diffuse(images, ratios, noise):
    ratios = np.reshape(ratios, (-1,) + (1,) * (images.ndim - 1))
    return np.sqrt(ratios) * images + np.sqrt(1 - ratios) * noise


def training_batch(images, ratios, seed):
    rng = np.random.default_rng(seed)
    scaled = images.astype(float) / 127.5 - 1
    chosen = ratios[rng.integers(1, len(ratios), size=len(images))]
    noise = rng.normal(size=images.shape)
    return diffuse(scaled, chosen, noise), chosen, noise
