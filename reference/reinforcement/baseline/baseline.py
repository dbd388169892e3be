"""Baselines: what may be subtracted from a return.

NumPy only: everything here is a sum over few actions, so Keras would add nothing.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import softmax


def state_baseline(s_t: Sequence[int], return_t: Sequence[float], num_states: int) -> np.ndarray:
    """Averages the returns that have followed each state, over all its visits."""
    visits = np.bincount(s_t, minlength=num_states)
    total = np.bincount(s_t, weights=return_t, minlength=num_states)
    return total / np.maximum(visits, 1)


def leave_one_out(returns: np.ndarray) -> np.ndarray:
    """Computes for each of several episodes a baseline from the others."""
    return (returns.sum() - returns) / (len(returns) - 1)


def gradient_estimate(
    theta: np.ndarray, s_t: Sequence[int], a_t: Sequence[int], return_t: Sequence[float], baseline: np.ndarray
) -> np.ndarray:
    """Estimates the gradient of the expected return from one episode, with a baseline for each state."""
    gradient = np.zeros_like(theta)
    for state, action, returned in zip(s_t, a_t, return_t, strict=True):
        advantage = returned - baseline[state]
        gradient[state] -= advantage * softmax(theta[state])
        gradient[state, action] += advantage
    return gradient


def variance(logits: np.ndarray, q: np.ndarray, b: float) -> float:
    """Computes how much the estimate of the gradient varies in one state."""
    policy = softmax(logits)
    estimates = (q - b)[:, None] * _scores(policy)
    mean = policy @ estimates
    return float(policy @ np.sum((estimates - mean) ** 2, axis=1))


def best_baseline(logits: np.ndarray, q: np.ndarray) -> float:
    """Computes the baseline with the least variance."""
    policy = softmax(logits)
    weights = policy * np.sum(_scores(policy) ** 2, axis=1)
    return float(weights @ q / weights.sum())


def _scores(policy: np.ndarray) -> np.ndarray:
    """Returns the gradient of log π(a) with respect to the logits, a row for each action."""
    return np.eye(len(policy)) - policy
