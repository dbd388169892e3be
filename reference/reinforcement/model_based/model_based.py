"""Model-based learning: count what happens, then plan.

NumPy only: a table has no layers and no gradient, so Keras would add nothing.
"""

import gymnasium
import numpy as np

Transition = tuple[int, int, float, int, bool]


def estimate_model(memory: list[Transition], num_states: int, num_actions: int) -> tuple[np.ndarray, np.ndarray]:
    """Estimates the dynamics of an environment from remembered steps (maximum likelihood)."""
    counts = np.zeros((num_states, num_actions))
    transition = np.zeros((num_states, num_actions, num_states))
    reward = np.zeros((num_states, num_actions))
    for s_tm1, a_tm1, r_t, s_t, terminated_t in memory:
        counts[s_tm1, a_tm1] += 1
        reward[s_tm1, a_tm1] += r_t
        if not terminated_t:
            transition[s_tm1, a_tm1, s_t] += 1
    tried = counts > 0
    reward[tried] /= counts[tried]
    transition[tried] /= counts[tried][:, None]
    for state, action in np.argwhere(~tried):
        transition[state, action, state] = 1
    return transition, reward


def plan(transition: np.ndarray, reward: np.ndarray, discount: float) -> np.ndarray:
    """Computes the optimal action values of a model."""
    q, change = reward, np.inf
    while discount * change > 1e-3 * (1 - discount):
        previous, q = q, reward + discount * transition @ q.max(axis=1)
        change = np.abs(q - previous).max()
    return q


def train(
    environment: gymnasium.Env, steps: int, discount: float, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Explores an environment, estimates its model from all steps, and plans in it."""
    generator = np.random.default_rng(seed)
    num_states, num_actions = environment.observation_space.n, environment.action_space.n
    memory: list[Transition] = []
    s_tm1, _ = environment.reset(seed=seed)
    for _ in range(steps):
        a_tm1 = int(generator.integers(num_actions))
        s_t, r_t, terminated_t, truncated_t, _ = environment.step(a_tm1)
        memory.append((s_tm1, a_tm1, r_t, s_t, terminated_t))
        s_tm1 = environment.reset()[0] if terminated_t or truncated_t else s_t
    transition, reward = estimate_model(memory, num_states, num_actions)
    return transition, reward, plan(transition, reward, discount)
