"""Value functions: what states and actions are worth under a policy.

NumPy only: tables of values have no layers and no gradient, so Keras would add nothing.
"""

import numpy as np


def v_from_q(q: np.ndarray, policy: np.ndarray) -> np.ndarray:
    """Computes the values of states from those of actions."""
    return np.sum(policy * q, axis=1)


def q_from_v(
    v: np.ndarray, transition: np.ndarray, reward: np.ndarray, terminal: np.ndarray, discount: float
) -> np.ndarray:
    """Computes the values of actions from those of states and a model."""
    following = np.where(terminal, 0.0, v)
    return reward + discount * transition @ following


def evaluate_policy(
    policy: np.ndarray, transition: np.ndarray, reward: np.ndarray, terminal: np.ndarray, discount: float
) -> np.ndarray:
    """Computes the values of all states under a policy."""
    v, change = np.zeros(len(policy)), np.inf
    while change > 1e-6:
        previous = v
        v = v_from_q(q_from_v(v, transition, reward, terminal, discount), policy)
        v = np.where(terminal, 0.0, v)
        change = np.max(np.abs(v - previous))
    return v
