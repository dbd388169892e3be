"""Discounted returns: what every step of an experience was worth."""

import numpy as np


def discounted_returns(
    r_t: np.ndarray, terminated_t: np.ndarray, truncated_t: np.ndarray, v_t: np.ndarray, discount: float
) -> np.ndarray:
    """Computes the return of every step, over one episode or several in a row.

    R. S. Sutton and A. G. Barto, "Reinforcement Learning: An Introduction", 2nd edition, 2018, equation 3.9. For step i:

        G[i] = r_t[i]                          if terminated_t[i]
        G[i] = r_t[i] + discount · v_t[i]      else if truncated_t[i], or if i is the last step
        G[i] = r_t[i] + discount · G[i + 1]    else

    Args:
        r_t: float or integer array of shape `(steps,)`, at least one, in the order of time. It stays as it is.
        terminated_t: bool array of shape `(steps,)`, True where a step led to a terminal state.
        truncated_t: bool array of shape `(steps,)`, True where an episode was cut off after a step.
        v_t: float array of shape `(steps,)`, estimates of what would follow each step.
        discount: from 0 to 1, both included.

    Returns:
        Float array of shape `(steps,)`, in the order of time.
    """
    raise NotImplementedError("TODO: task 1, then tasks 2 and 3")
