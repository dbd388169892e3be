"""REINFORCE: a policy that makes likelier what turned out well.

NumPy only: the gradient of a table is two lines, so Keras would add nothing.
"""

from collections.abc import Sequence

import gymnasium
import numpy as np
from scipy.special import softmax


def log_prob_gradient(theta: np.ndarray, s: int, a: int) -> np.ndarray:
    """Computes the gradient of log π(a|s) for a policy that is the softmax of a table."""
    gradient = np.zeros_like(theta)
    gradient[s] = -softmax(theta[s])
    gradient[s, a] += 1
    return gradient


def episode_gradient(
    theta: np.ndarray, s_t: Sequence[int], a_t: Sequence[int], r_t: Sequence[float], discount: float
) -> np.ndarray:
    """Estimates the gradient of the expected discounted return from one episode."""
    gradient, returned = np.zeros_like(theta), 0.0
    for step in reversed(range(len(r_t))):
        returned = r_t[step] + discount * returned
        gradient += discount**step * returned * log_prob_gradient(theta, s_t[step], a_t[step])
    return gradient


def train(environment: gymnasium.Env, episodes: int, learning_rate: float, discount: float, seed: int) -> np.ndarray:
    """Learns a policy from its own episodes."""
    generator = np.random.default_rng(seed)
    theta = np.zeros((environment.observation_space.n, environment.action_space.n))
    for episode in range(episodes):
        state, _ = environment.reset(seed=seed if episode == 0 else None)
        states, actions, rewards, ended = [], [], [], False
        while not ended:
            action = int(generator.choice(theta.shape[1], p=softmax(theta[state])))
            states.append(state)
            actions.append(action)
            state, reward, terminated, truncated, _ = environment.step(action)
            rewards.append(reward)
            ended = terminated or truncated
        theta = theta + learning_rate * episode_gradient(theta, states, actions, rewards, discount)
    return theta
