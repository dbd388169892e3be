"""Gymnasium's `TimeLimit` counts the steps, and the arrays are filled by index."""

import numpy as np
from gymnasium.wrappers import TimeLimit


def rollout(environment, policy, max_steps, seed=None):
    limited = TimeLimit(environment, max_episode_steps=max_steps)
    state = limited.reset(seed=seed)[0]
    states = np.zeros((max_steps + 1, *np.shape(state)))
    actions, rewards = np.zeros(max_steps, dtype=int), np.zeros(max_steps)
    states[0] = state
    for step in range(max_steps):
        actions[step] = policy(states[step] if np.ndim(state) else state)
        state, rewards[step], terminated, truncated, _ = limited.step(int(actions[step]))
        states[step + 1] = state
        if terminated or truncated:
            break
    return states[: step + 2], actions[: step + 1], rewards[: step + 1], terminated, truncated


def collect(environment, policy, max_steps, episodes, seed):
    options = [{"seed": seed}] + [{}] * (episodes - 1)
    return [rollout(environment, policy, max_steps, **option) for option in options]
