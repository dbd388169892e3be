"""Discounted returns: what every step of an experience was worth.

NumPy only: there is nothing to learn here, so Keras would add nothing.
"""

import numpy as np


def discounted_returns(
    r_t: np.ndarray, terminated_t: np.ndarray, truncated_t: np.ndarray, v_t: np.ndarray, discount: float
) -> np.ndarray:
    """Computes the return of every step, over one episode or several in a row."""
    returns = np.empty(len(r_t))
    following = v_t[-1]
    for step in reversed(range(len(r_t))):
        if terminated_t[step]:
            following = 0.0
        elif truncated_t[step]:
            following = v_t[step]
        following = r_t[step] + discount * following
        returns[step] = following
    return returns
