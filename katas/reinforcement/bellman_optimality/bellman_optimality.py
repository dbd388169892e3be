"""Bellman optimality: sweeps that end at the best values."""

import numpy as np


def backup(
    v: np.ndarray, transition: np.ndarray, reward: np.ndarray, terminal: np.ndarray, discount: float
) -> np.ndarray:
    """Applies the Bellman optimality operator once, to all states at the same time.

    R. S. Sutton and A. G. Barto, "Reinforcement Learning: An Introduction", 2nd edition, 2018, equation 4.10:

        v'[s] = max over a of (reward[s, a] + discount · sum over the s' that are not terminal of transition[s, a, s'] · v[s'])
        v'[s] = 0    where s is terminal

    Args:
        v: float array of shape `(states,)`; the entry of a terminal state may hold anything. It stays as it is.
        transition: float array of shape `(states, actions, states)`, the probability of each next state s'.
        reward: float array of shape `(states, actions)`, the expected reward of an action.
        terminal: bool array of shape `(states,)`. The rows of terminal states in `transition` and `reward` may hold anything.
        discount: from 0 to 0.99.

    Returns:
        Float array of shape `(states,)`.
    """
    raise NotImplementedError("TODO: task 1")


def value_iteration(
    transition: np.ndarray, reward: np.ndarray, terminal: np.ndarray, discount: float, tolerance: float
) -> np.ndarray:
    """Finds the optimal values of all states.

    Sutton and Barto 2018, section 4.4. A backup v' of v is closer to the optimum v* than v is:

        max |v' - v*| <= discount · max |v - v*|,    and so    max |v' - v*| <= discount / (1 - discount) · max |v' - v|

    Args:
        transition, reward, terminal, discount: as for `backup`.
        tolerance: greater than 0.

    Returns:
        Float array of shape `(states,)`, each entry at most `tolerance` from the optimum.
    """
    raise NotImplementedError("TODO: task 2")


def greedy_policy(
    v: np.ndarray, transition: np.ndarray, reward: np.ndarray, terminal: np.ndarray, discount: float
) -> np.ndarray:
    """Chooses the best action of each state by looking one step ahead.

    Sutton and Barto 2018, section 3.6:

        policy[s] = argmax over a of the sum that is maximised in `backup`

    Args:
        v, transition, reward, terminal, discount: as for `backup`.

    Returns:
        Integer array of shape `(states,)`. Where several actions are best, any of them; in terminal states any action at all.
    """
    raise NotImplementedError("TODO: task 3")
