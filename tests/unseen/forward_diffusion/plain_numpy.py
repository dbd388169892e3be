"""Forward diffusion: from an image to noise, in steps that can be taken all at once."""

import numpy as np


def linear_ratios(steps, first=1e-4, last=0.02):
    """Computes the signal ratios of the linear schedule."""
    betas = np.linspace(first, last, steps)
    kept = np.cumprod(1.0 - betas)
    return np.concatenate([[1.0], kept])


def cosine_ratios(steps, offset=0.008):
    """Computes the signal ratios of the cosine schedule."""
    progress = np.arange(steps + 1) / steps
    angle = (progress + offset) / (1 + offset) * np.pi / 2
    curve = np.cos(angle) ** 2
    return curve / curve[0]


def diffuse(images, ratios, noise):
    """Makes noisy images: each goes from x_0 to its x_t at once."""
    alpha = ratios.reshape(ratios.shape + (1,) * (images.ndim - 1))
    signal = np.sqrt(alpha) * images
    return signal + np.sqrt(1.0 - alpha) * noise


def training_batch(images, ratios, seed):
    """Makes what a denoiser learns from: noisy images, how noisy they are, and the noise that was added."""
    rng = np.random.default_rng(seed)
    scaled = images.astype("float64") / 127.5 - 1.0
    steps = rng.integers(1, len(ratios), size=len(images))
    noise = rng.standard_normal(images.shape)
    chosen = ratios[steps]
    noisy = diffuse(scaled, chosen, noise)
    return noisy, chosen, noise
