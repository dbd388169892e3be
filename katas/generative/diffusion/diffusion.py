"""Diffusion: a network that tells noise from data."""

from collections.abc import Callable

import numpy as np


def denoising_loss(
    predict_noise: Callable[[np.ndarray, np.ndarray], np.ndarray],
    points: np.ndarray,
    ratios: np.ndarray,
    noise: np.ndarray,
) -> float:
    """Measures how well a denoiser finds the noise in points that are made noisy.

    J. Ho, A. Jain, P. Abbeel, "Denoising Diffusion Probabilistic Models", NeurIPS 2020, Eq. 14; section 4.4.1 of the notes.
    With the signal ratio α of each point, its noise ε and the denoiser G:

        x_t  = sqrt(α) x_0 + sqrt(1 - α) ε
        loss = mean over points and dimensions of (ε - G(x_t, α))²

    Args:
        predict_noise: G. `predict_noise(noisy, ratios)` takes x_t, an array of shape `(batch, dims)`, and the signal ratio α of
            each point, an array of shape `(batch,)`. It returns its guess of ε, shape `(batch, dims)`. Call it once.
        points: x_0, float array of shape `(batch, dims)`, both at least 1.
        ratios: α, float array of shape `(batch,)` with numbers from 0 to 1, the ends included.
        noise: ε, float array of shape `(batch, dims)`.

    Returns:
        The loss, a number; a NumPy number or an array of shape `()` does as well.
    """
    raise NotImplementedError("TODO: task 1")


def train_denoiser(points: np.ndarray) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Trains a network to predict the noise in noisy points.

    Ho et al. 2020, Algorithm 1; section 4.4.1 of the notes. In each step, every point of a batch gets a ratio of its own,
    α = cos²(π/2 u) with u drawn evenly from 0 to 1, and standard normal noise of its own, both drawn anew. The network sees x_t
    and α, and learns to predict ε. How α is presented to it, the layers, the optimizer and the number of steps are yours.

    Args:
        points: x_0, float32 array of shape `(samples, 2)`. They are normalised already: each coordinate has roughly the mean 0
            and a deviation between 0.7 and 1.4. The hidden tests pass 2,000 points, and training may take a minute at most.

    Returns:
        The denoiser, a function: `predict_noise(noisy, ratios)` takes x_t, a float32 array of shape `(batch, 2)`, and α, a
        float32 array of shape `(batch,)` with a ratio from 0.0009 to 1 for each point. It returns the predicted ε, shape
        `(batch, 2)`. What it predicts for a point depends on that point and its ratio alone. The batch may have any
        size from 1 on.
    """
    raise NotImplementedError("TODO: task 2")
