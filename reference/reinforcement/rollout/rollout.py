"""Rollouts: a policy acts in an environment, and what happens is kept.

NumPy only: there is nothing to learn here, so Keras would add nothing.
"""

from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np

Trajectory = tuple[np.ndarray, np.ndarray, np.ndarray, bool, bool]


def rollout(
    environment: gymnasium.Env, policy: Callable[[Any], int], max_steps: int, seed: int | None = None
) -> Trajectory:
    """Plays one episode."""
    state, _ = environment.reset(seed=seed)
    states, actions, rewards = [np.array(state)], [], []
    terminated = truncated = False
    while not (terminated or truncated):
        action = policy(state)
        state, reward, terminated, truncated, _ = environment.step(action)
        states.append(np.array(state))
        actions.append(action)
        rewards.append(reward)
        truncated = truncated or len(actions) == max_steps
    return np.stack(states), np.array(actions), np.array(rewards, dtype=float), terminated, truncated


def collect(
    environment: gymnasium.Env, policy: Callable[[Any], int], max_steps: int, episodes: int, seed: int
) -> list[Trajectory]:
    """Plays several episodes, one after another."""
    seeds = [seed] + [None] * (episodes - 1)
    return [rollout(environment, policy, max_steps, number) for number in seeds]
