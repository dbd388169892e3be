"""REINFORCE: a policy that makes likelier what turned out well."""

from collections.abc import Sequence

import gymnasium
import numpy as np


def log_prob_gradient(theta: np.ndarray, s: int, a: int) -> np.ndarray:
    """Computes the gradient of log π(a|s) for a policy that is the softmax of a table.

    R. S. Sutton and A. G. Barto, "Reinforcement Learning: An Introduction", 2nd edition, 2018, section 13.3:

        π(b|s) = exp(theta[s, b]) / sum over c of exp(theta[s, c])
        d log π(a|s) / d theta[s, b] = (1 if b = a else 0) - π(b|s),    0 in all other rows

    Args:
        theta: float array of shape `(states, actions)`, with entries possibly as large as 1,000. It stays as it is.
        s: the state.
        a: the action.

    Returns:
        Float array of shape `(states, actions)`.
    """
    raise NotImplementedError("TODO: task 1")


def episode_gradient(
    theta: np.ndarray, s_t: Sequence[int], a_t: Sequence[int], r_t: Sequence[float], discount: float
) -> np.ndarray:
    """Estimates the gradient of the expected discounted return from one episode.

    R. J. Williams, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning",
    Machine Learning 8, 1992; Sutton and Barto 2018, section 13.3. With the steps counted from 0:

        sum over t of  discount^t · G_t · ∇ log π(a_t|s_t),    G_t = sum over k >= t of discount^(k - t) · r_t[k]

    Args:
        theta: float array of shape `(states, actions)`. It stays as it is.
        s_t: the states in which the agent acted, one a step, in the order of time.
        a_t: the actions that it took there.
        r_t: the rewards of these actions.
        discount: from 0 to 1.

    Returns:
        Float array of shape `(states, actions)`.
    """
    raise NotImplementedError("TODO: task 2")


def train(environment: gymnasium.Env, episodes: int, learning_rate: float, discount: float, seed: int) -> np.ndarray:
    """Learns a policy from its own episodes.

    Args:
        environment: `observation_space` and `action_space` are `gymnasium.spaces.Discrete`, both starting at 0.
        episodes: at least 1, the number of episodes to play. Each ends when `step` says terminated or truncated; what
            would have come after the end of time is not known, and counts as nothing.
        learning_rate: greater than 0.
        discount: from 0 to 1.
        seed: fixes everything random: the agent's generator is made from it, and the first `reset` of the environment gets
            it as `seed`; all later ones get none.

    Returns:
        Float array of shape `(states, actions)`: `theta` after one step

            theta <- theta + learning_rate · episode_gradient(theta, ...)

        after each episode, beginning with zeros.
    """
    raise NotImplementedError("TODO: task 3")
