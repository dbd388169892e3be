"""Bellman optimality: sweeps that end at the best values.

NumPy only: tables of values have no layers and no gradient, so Keras would add nothing.
"""

import numpy as np


def backup(
    v: np.ndarray, transition: np.ndarray, reward: np.ndarray, terminal: np.ndarray, discount: float
) -> np.ndarray:
    """Applies the Bellman optimality operator once, to all states at the same time."""
    best = _look_ahead(v, transition, reward, terminal, discount).max(axis=1)
    return np.where(terminal, 0.0, best)


def value_iteration(
    transition: np.ndarray, reward: np.ndarray, terminal: np.ndarray, discount: float, tolerance: float
) -> np.ndarray:
    """Finds the optimal values of all states."""
    v, error = np.zeros(len(terminal)), np.inf
    while error > tolerance:
        previous, v = v, backup(v, transition, reward, terminal, discount)
        error = discount / (1 - discount) * np.max(np.abs(v - previous))
    return v


def greedy_policy(
    v: np.ndarray, transition: np.ndarray, reward: np.ndarray, terminal: np.ndarray, discount: float
) -> np.ndarray:
    """Chooses the best action of each state by looking one step ahead."""
    return _look_ahead(v, transition, reward, terminal, discount).argmax(axis=1)


def _look_ahead(
    v: np.ndarray, transition: np.ndarray, reward: np.ndarray, terminal: np.ndarray, discount: float
) -> np.ndarray:
    """Computes the value of each action if `v` is what follows."""
    return reward + discount * transition @ np.where(terminal, 0.0, v)
