"""Latent map: from the codes of one model to those of another."""

from collections.abc import Callable

import numpy as np


def fit_latent_map(source: np.ndarray, target: np.ndarray, l2: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Fits an affine map that takes the codes of one model to those of another."""
    source_mean, target_mean = np.mean(source, axis=0), np.mean(target, axis=0)
    # The penalty is the error of further points: unit vectors, times a root, whose targets are 0.
    penalty = np.sqrt(l2) * np.eye(source.shape[1])
    inputs = np.concatenate([source - source_mean, penalty])
    outputs = np.concatenate([target - target_mean, np.zeros((source.shape[1], target.shape[1]))])
    matrix, *_ = np.linalg.lstsq(inputs, outputs)
    return matrix, target_mean - source_mean @ matrix


def translate(
    items: np.ndarray,
    support: np.ndarray,
    encode_source: Callable[[np.ndarray], np.ndarray],
    encode_target: Callable[[np.ndarray], np.ndarray],
    decode_target: Callable[[np.ndarray], np.ndarray],
    l2: float = 0.0,
) -> np.ndarray:
    """Shows items as another model sees them: they pass from its latent space to that of the other."""
    matrix, bias = fit_latent_map(encode_source(support), encode_target(support), l2)
    return decode_target(encode_source(items) @ matrix + bias)
