"""Rollouts: a policy acts in an environment, and what happens is kept."""

from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np

# What is kept of an episode: states, actions, rewards, terminated, truncated.
Trajectory = tuple[np.ndarray, np.ndarray, np.ndarray, bool, bool]


def rollout(
    environment: gymnasium.Env, policy: Callable[[Any], int], max_steps: int, seed: int | None = None
) -> Trajectory:
    """Plays one episode.

    R. S. Sutton and A. G. Barto, "Reinforcement Learning: An Introduction", 2nd edition, 2018, section 3.1. With T steps:

        states[0] is from reset(seed=seed), then for t = 0, ..., T - 1:
        actions[t] = policy(states[t])
        states[t + 1], rewards[t], terminated, truncated are from step(actions[t])

    Args:
        environment: follows Gymnasium: `reset(seed=...)` returns `(state, info)`, and `step(action)` returns
            `(state, reward, terminated, truncated, info)`. A state is an integer or a float array, and the environment
            may write the next state into the same array. `reset` is called once, and `step` not after the end.
        policy: takes a state and returns an action. It is called once for each step, with the state in which the step begins,
            and not for the last state.
        max_steps: at least 1. After so many steps the episode ends, whatever the environment says.
        seed: for `reset`; None leaves the environment's random numbers as they are.

    Returns:
        states: array of shape `(T + 1, *shape of a state)`, which later steps and episodes leave as it is.
        actions: integer array of shape `(T,)`.
        rewards: float array of shape `(T,)`.
        terminated: True if the environment said so at the last step.
        truncated: True if the environment said so at the last step, or if there were `max_steps` steps. Both can be True.
    """
    raise NotImplementedError("TODO: task 1, then task 2")


def collect(
    environment: gymnasium.Env, policy: Callable[[Any], int], max_steps: int, episodes: int, seed: int
) -> list[Trajectory]:
    """Plays several episodes, one after another.

    Args:
        environment: as for `rollout`. `reset` is called once for each episode, at its beginning.
        policy: as for `rollout`.
        max_steps: at least 1, the most steps of each episode.
        episodes: at least 1.
        seed: for the first `reset`; all others get none.

    Returns:
        A trajectory for each episode, in the order of time.
    """
    raise NotImplementedError("TODO: task 3")
