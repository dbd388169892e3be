"""Distributional reinforcement learning: how likely each return is.

NumPy only: what is learned is elsewhere; these are sums over atoms, so Keras would add nothing.
"""

import numpy as np
from scipy.special import log_softmax


def greedy_actions(probs: np.ndarray, support: np.ndarray) -> np.ndarray:
    """Chooses the actions with the largest expected return."""
    return (probs @ support).argmax(axis=1)


def project(
    probs: np.ndarray, r_t: np.ndarray, terminated_t: np.ndarray, discount: float, support: np.ndarray
) -> np.ndarray:
    """Computes the distribution of the Bellman target on the atoms of the support."""
    discounts = np.where(terminated_t, 0.0, discount)
    places = np.clip(r_t[:, None] + discounts[:, None] * support, support[0], support[-1])
    distances = np.abs(places[:, None, :] - support[None, :, None]) / (support[1] - support[0])
    return np.einsum("bij,bj->bi", np.clip(1 - distances, 0, 1), probs)


def cross_entropy(targets: np.ndarray, logits: np.ndarray) -> float:
    """Computes the cross-entropy of target distributions and predicted ones."""
    return float(-np.mean(np.sum(targets * log_softmax(logits, axis=1), axis=1)))
