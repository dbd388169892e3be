"""Actor-critic: a policy that learns from every single step.

NumPy only: the gradients of two tables are one line each, so Keras would add nothing.
"""

import gymnasium
import numpy as np
from scipy.special import softmax


def td_errors(
    v_tm1: np.ndarray, r_t: np.ndarray, terminated_t: np.ndarray, v_t: np.ndarray, discount: float
) -> np.ndarray:
    """Computes the temporal-difference errors of several steps."""
    return r_t + discount * np.where(terminated_t, 0.0, v_t) - v_tm1


def update(
    theta: np.ndarray,
    v: np.ndarray,
    s_tm1: int,
    a_tm1: int,
    r_t: float,
    s_t: int,
    terminated_t: bool,
    actor_rate: float,
    critic_rate: float,
    discount: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Moves actor and critic by one step."""
    delta = td_errors(v[s_tm1], r_t, terminated_t, v[s_t], discount)
    policy = softmax(theta[s_tm1])
    theta, v = theta.copy(), v.copy()
    theta[s_tm1] -= actor_rate * delta * policy
    theta[s_tm1, a_tm1] += actor_rate * delta
    v[s_tm1] += critic_rate * delta
    return theta, v


def train(
    environment: gymnasium.Env, steps: int, actor_rate: float, critic_rate: float, discount: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Learns a policy and its values from every step."""
    generator = np.random.default_rng(seed)
    num_states, num_actions = environment.observation_space.n, environment.action_space.n
    theta, v = np.zeros((num_states, num_actions)), np.zeros(num_states)
    rates = {"actor_rate": actor_rate, "critic_rate": critic_rate, "discount": discount}
    s_tm1, _ = environment.reset(seed=seed)
    for _ in range(steps):
        a_tm1 = int(generator.choice(num_actions, p=softmax(theta[s_tm1])))
        s_t, r_t, terminated_t, truncated_t, _ = environment.step(a_tm1)
        theta, v = update(theta, v, s_tm1, a_tm1, r_t, s_t, terminated_t, **rates)
        s_tm1 = environment.reset()[0] if terminated_t or truncated_t else s_t
    return theta, v
