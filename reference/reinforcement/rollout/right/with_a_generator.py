"""A generator yields the steps one by one, and nobody else has to know how an episode is played."""

import copy
import itertools

import numpy as np


def play(environment, policy, state):
    terminated = truncated = False
    while not (terminated or truncated):
        action = policy(state)
        state, reward, terminated, truncated, _ = environment.step(action)
        yield copy.copy(state), action, reward, terminated, truncated


def rollout(environment, policy, max_steps, seed=None):
    state, _ = environment.reset(seed=seed)
    first = copy.copy(state)
    steps = itertools.islice(play(environment, policy, state), max_steps)
    states, actions, rewards, terminated, truncated = zip(*steps, strict=True)
    states = np.array([first, *states], dtype=np.float32)
    return states, list(actions), list(rewards), terminated[-1], truncated[-1] or len(actions) == max_steps


def collect(environment, policy, max_steps, episodes, seed):
    first = rollout(environment, policy, max_steps, seed)
    return [first, *(rollout(environment, policy, max_steps) for _ in range(episodes - 1))]
