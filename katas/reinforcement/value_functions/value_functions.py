"""Value functions: what states and actions are worth under a policy."""

import numpy as np


def v_from_q(q: np.ndarray, policy: np.ndarray) -> np.ndarray:
    """Computes the values of states from those of actions.

    R. S. Sutton and A. G. Barto, "Reinforcement Learning: An Introduction", 2nd edition, 2018, section 3.5:

        v[s] = sum over a of policy[s, a] · q[s, a]

    Args:
        q: float array of shape `(states, actions)`.
        policy: float array of shape `(states, actions)`, the probability of each action; each row adds up to 1.

    Returns:
        Float array of shape `(states,)`.
    """
    raise NotImplementedError("TODO: task 1")


def q_from_v(
    v: np.ndarray, transition: np.ndarray, reward: np.ndarray, terminal: np.ndarray, discount: float
) -> np.ndarray:
    """Computes the values of actions from those of states and a model.

    Sutton and Barto 2018, section 3.5:

        q[s, a] = reward[s, a] + discount · sum over the s' that are not terminal of transition[s, a, s'] · v[s']

    Args:
        v: float array of shape `(states,)`; the entry of a terminal state may hold anything. It stays as it is.
        transition: float array of shape `(states, actions, states)`, the probability of each next state s'.
        reward: float array of shape `(states, actions)`, the expected reward of an action.
        terminal: bool array of shape `(states,)`, True where an episode ends on arrival.
        discount: from 0 to 1.

    Returns:
        Float array of shape `(states, actions)`. The rows of terminal states, in which nobody acts, may hold anything.
    """
    raise NotImplementedError("TODO: task 2")


def evaluate_policy(
    policy: np.ndarray, transition: np.ndarray, reward: np.ndarray, terminal: np.ndarray, discount: float
) -> np.ndarray:
    """Computes the values of all states under a policy.

    Sutton and Barto 2018, section 4.1. They are the solution of

        v[s] = sum over a of policy[s, a] · q_from_v(v, ...)[s, a],    v[s] = 0 where s is terminal

    Args:
        policy: float array of shape `(states, actions)`, as for `v_from_q`.
        transition, reward, terminal: as for `q_from_v`. The rows of terminal states may hold anything.
        discount: from 0 to 0.99; or 1, and then the policy comes to a terminal state from everywhere, in some 20 steps on
            average.

    Returns:
        Float array of shape `(states,)`, each entry at most 0.001 from the solution.
    """
    raise NotImplementedError("TODO: task 3")
