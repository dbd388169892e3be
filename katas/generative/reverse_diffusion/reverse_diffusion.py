"""Reverse diffusion: from noise to images, one step at a time."""

from collections.abc import Callable

import numpy as np


def predict_image(noisy: np.ndarray, ratio: float, noise: np.ndarray) -> np.ndarray:
    """Computes which image is behind a noisy one, if this is the noise in it.

    J. Song, C. Meng, S. Ermon, "Denoising Diffusion Implicit Models", ICLR 2021, Eq. 9; section 4.4.2 of the notes. It solves
    x_t = sqrt(α_t) x_0 + sqrt(1 - α_t) ε for x_0. Nothing is clipped.

    Args:
        noisy: x_t, float array of any shape. It must not be changed in place.
        ratio: α_t, from 1e-5 to 1, both included.
        noise: ε, float array of the same shape.

    Returns:
        x_0, float array of the same shape.
    """
    raise NotImplementedError("TODO: task 1")


def fresh_deviation(ratio: float, next_ratio: float, eta: float) -> float:
    """Computes how much fresh noise a step adds.

    Song et al. 2021, Eq. 16:

        σ_t = η sqrt((1 - α_{t-1}) / (1 - α_t)) sqrt(1 - α_t / α_{t-1})

    Args:
        ratio: α_t, the signal ratio of the current image, at least 1e-5.
        next_ratio: α_{t-1}, that of the next image; greater than `ratio`, and at most 1.
        eta: η, from 0 (none) to 1 (as in DDPM), both included.

    Returns:
        σ_t, a number; a NumPy number or an array of shape `()` will do as well.
    """
    raise NotImplementedError("TODO: task 3")


def sample(
    predict_noise: Callable[[np.ndarray, np.ndarray], np.ndarray],
    start: np.ndarray,
    ratios: np.ndarray,
    eta: float = 0.0,
    fresh: np.ndarray | None = None,
) -> np.ndarray:
    """Generates images, walking from noise at step T to an image at step 0.

    Song et al. 2021, Eq. 12; section 4.4.2 of the notes. From x_T = `start`, and for t = T, T - 1, ..., 1:

        ε̂       = predict_noise(x_t, α_t)
        x̂_0     = predict_image(x_t, α_t, ε̂)
        x_{t-1} = sqrt(α_{t-1}) x̂_0 + sqrt(1 - α_{t-1} - σ_t²) ε̂ + σ_t z_t

    where σ_t is what `fresh_deviation` says. With η = 0, task 2, σ_t is 0 and nothing is random.

    Args:
        predict_noise: the denoiser. `predict_noise(noisy, ratios)` takes x_t, an array of shape `(batch, ...)`, and the
            signal ratio of each image, an array of shape `(batch,)` with α_t in every entry. It returns ε̂, an array of the
            shape of x_t. It is costly: call it exactly once for each t.
        start: x_T, float array of shape `(batch, ...)`. It must not be changed in place.
        ratios: float array of shape `(T + 1,)`, T at least 1: entry t is α_t. They begin with α_0 = 1 and fall from entry
            to entry, and α_T is at least 1e-5.
        eta: η, from 0 to 1, both included.
        fresh: z, float array of shape `(T, batch, ...)` with standard normal numbers: `fresh[t - 1]` is z_t, for step t. It
            may be None where `eta` is 0, and plays no part then.

    Returns:
        x_0, float array of the shape of `start`.
    """
    raise NotImplementedError("TODO: task 2")
