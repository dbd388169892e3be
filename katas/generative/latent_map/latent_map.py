"""Latent map: from the codes of one model to those of another."""

from collections.abc import Callable

import numpy as np


def fit_latent_map(source: np.ndarray, target: np.ndarray, l2: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Fits an affine map that takes the codes of one model to those of another.

    A. Asperti and V. Tonelli, "Comparing the latent space of generative models", Neural Computing and Applications 35, 2023,
    where the map has no bias; section 4.5 of the notes. Row i of `source` and row i of `target` are the codes x_i and y_i of
    the same item. Codes are rows, so the map is x W + b. The W and b that are wanted minimise

        sum over i of ||x_i W + b - y_i||² + l2 ||W||²

    where ||W||² is the sum of the squares of all entries of W. It is a sum over the points, not a mean, and b is not
    penalised. With l2 = 0 (task 1) many maps may fit equally well, if there are few points or some of them coincide (task 2).
    Then the one with the smallest ||W||² is wanted, which is also the limit of the solutions as l2 goes to 0.

    Args:
        source: float array of shape `(points, source_dims)`, the codes in one model. Both lengths are at least 1. The
            mean need not be near 0. It must not be changed in place.
        target: float array of shape `(points, target_dims)`, the codes in the other. `target_dims` may be less than,
            equal to or greater than `source_dims`. It must not be changed in place.
        l2: strength of the penalty, at least 0.

    Returns:
        `(matrix, bias)`: W, float array of shape `(source_dims, target_dims)`, and b, float array of shape
        `(target_dims,)`.
    """
    raise NotImplementedError("TODO: tasks 1 and 2")


def translate(
    items: np.ndarray,
    support: np.ndarray,
    encode_source: Callable[[np.ndarray], np.ndarray],
    encode_target: Callable[[np.ndarray], np.ndarray],
    decode_target: Callable[[np.ndarray], np.ndarray],
    l2: float = 0.0,
) -> np.ndarray:
    """Shows items as another model sees them: they pass from its latent space to that of the other.

    Section 4.5 and Figure 4.4 of the notes. The map is what `fit_latent_map` finds, with `l2`, for the support set: a few
    items whose codes are known in both models. The items themselves are encoded by the first model, mapped, and decoded by
    the other. The encoder of the other model gets the support set and never the items.

    Args:
        items: float array of shape `(batch, ...)`, batch at least 1.
        support: float array of shape `(points, ...)`, points at least 1, with items of the same kind.
        encode_source: the encoder of the first model. It takes items, shape `(n, ...)`, and returns their codes, shape
            `(n, source_dims)`.
        encode_target: the encoder of the other model; its codes have the shape `(n, target_dims)`.
        decode_target: the decoder of the other model. It takes codes, shape `(n, target_dims)`, and returns items.
        l2: as for `fit_latent_map`.

    Returns:
        What `decode_target` makes of the mapped codes of `items`, in their order: shape `(batch, ...)`.
    """
    raise NotImplementedError("TODO: task 3")
