"""Forward diffusion: from an image to noise, in steps that can be taken all at once."""

import numpy as np


def linear_ratios(steps: int, first: float = 1e-4, last: float = 0.02) -> np.ndarray:
    """Computes the signal ratios of the linear schedule.

    J. Ho, A. Jain, P. Abbeel, "Denoising Diffusion Probabilistic Models", NeurIPS 2020, sections 2 and 4. With T steps, the
    variance of the noise that step t adds is β_t, which grows linearly from `first` to `last`; α_t is written with a bar there:

        β_t = first + (last - first) (t - 1) / (T - 1)        t = 1, ..., T; for T = 1 it is `first`
        α_t = (1 - β_1) (1 - β_2) ... (1 - β_t)               and α_0 = 1

    Args:
        steps: T, at least 1.
        first: β_1, greater than 0.
        last: β_T, at least `first` and less than 1.

    Returns:
        Float array of shape `(steps + 1,)`: entry t is α_t, from α_0 = 1 down to α_T.
    """
    raise NotImplementedError("TODO: task 1")


def cosine_ratios(steps: int, offset: float = 0.008) -> np.ndarray:
    """Computes the signal ratios of the cosine schedule.

    A. Nichol, P. Dhariwal, "Improved Denoising Diffusion Probabilistic Models", ICML 2021, section 3.2, Eq. 17, without
    the cap on β_t. With T steps and the offset s:

        f(t) = cos²((t/T + s) / (1 + s) · π/2)
        α_t  = f(t) / f(0)                                    t = 0, ..., T

    Args:
        steps: T, at least 1.
        offset: s, from 0 to 1.

    Returns:
        Float array of shape `(steps + 1,)`: entry t is α_t, from α_0 = 1 down to α_T = 0 (but for rounding, and never
        below 0).
    """
    raise NotImplementedError("TODO: task 1")


def diffuse(images: np.ndarray, ratios: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Makes noisy images: each goes from x_0 to its x_t at once.

    Ho et al. 2020, Eq. 4; section 4.4.1 of the notes. With the ratio α_t and the noise ε of an image:

        x_t = sqrt(α_t) x_0 + sqrt(1 - α_t) ε

    Args:
        images: x_0, float array of shape `(batch, ...)` with one or more axes. It must not be changed in place.
        ratios: α_t, float array of shape `(batch,)` with one number from 0 to 1 for each image, the ends included.
        noise: ε, float array of the same shape as the images. It must not be changed in place, either.

    Returns:
        Float array of the same shape.
    """
    raise NotImplementedError("TODO: task 2")


def training_batch(images: np.ndarray, ratios: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Makes what a denoiser learns from: noisy images, how noisy they are, and the noise that was added.

    Ho et al. 2020, Algorithm 1, lines 2 to 4, and section 3.3 for the pixels. Each image, independently of the others, gets

        x_0 = its pixels, scaled linearly so that 0 becomes -1 and 255 becomes 1
        t   = a step, each of 1, ..., T equally likely
        ε   = noise, a standard normal number for each pixel, independent of t
        x_t = what `diffuse` makes of these

    Args:
        images: uint8 array of shape `(batch, ...)` with pixels from 0 to 255.
        ratios: float array of shape `(T + 1,)`: entry t is α_t, as a schedule returns them. T is at least 1.
        seed: an integer, 0 or more. The same seed gives the same batch, a different seed a different one.

    Returns:
        `(noisy, chosen, noise)`: x_t, float array of the shape of the images; α_t of each image, float array of shape
        `(batch,)`; and ε, float array of the shape of the images.
    """
    raise NotImplementedError("TODO: task 3")
