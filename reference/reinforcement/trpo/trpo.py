"""Trust region policy optimization: a step as long as a divergence allows.

NumPy only: what differentiates is outside, behind `gradient` and `product`.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import log_softmax


def surrogate(log_probs: np.ndarray, old_log_probs: np.ndarray, advantages: np.ndarray) -> float:
    """Computes the surrogate advantage of a new policy, estimated from what the old policy did."""
    ratios = np.exp(log_probs - old_log_probs)
    return float(np.mean(ratios * advantages))


def mean_kl(old_logits: np.ndarray, logits: np.ndarray) -> float:
    """Computes the divergence D(old ‖ new) of two policies, averaged over states."""
    old_log_probs, log_probs = log_softmax(old_logits, axis=-1), log_softmax(logits, axis=-1)
    divergences = np.sum(np.exp(old_log_probs) * (old_log_probs - log_probs), axis=-1)
    return float(np.mean(divergences))


def conjugate_gradient(
    product: Callable[[np.ndarray], np.ndarray], b: np.ndarray, iterations: int, tolerance: float
) -> np.ndarray:
    """Solves H x = b by conjugate gradients, from x = 0."""
    x, residual, direction = np.zeros_like(b), b, b
    for _ in range(iterations):
        if np.linalg.norm(residual) <= tolerance:
            break
        image = product(direction)
        alpha = residual @ residual / (direction @ image)
        x = x + alpha * direction
        previous, residual = residual, residual - alpha * image
        direction = residual + residual @ residual / (previous @ previous) * direction
    return x


def trpo_step(
    theta: np.ndarray,
    objective: Callable[[np.ndarray], float],
    kl: Callable[[np.ndarray], float],
    gradient: np.ndarray,
    product: Callable[[np.ndarray], np.ndarray],
    delta: float,
) -> np.ndarray:
    """Makes one update of the parameters of a policy."""
    if not gradient.any():
        return theta
    x = conjugate_gradient(product, gradient, 10, 1e-8)
    full = np.sqrt(2 * delta / (x @ product(x))) * x
    before = objective(theta)
    for step in range(10):
        candidate = theta + 0.8**step * full
        if kl(candidate) <= delta and objective(candidate) > before:
            return candidate
    return theta
