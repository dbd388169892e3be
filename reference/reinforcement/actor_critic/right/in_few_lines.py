"""NumPy in few lines, with Gumbel noise for the draws."""

import numpy as np


def td_errors(v_tm1, r_t, terminated_t, v_t, discount):
    return r_t + discount * v_t * (1 - terminated_t) - v_tm1


def probabilities(row):
    exponentials = np.exp(row - row.max())
    return exponentials / exponentials.sum()


def update(theta, v, s_tm1, a_tm1, r_t, s_t, terminated_t, actor_rate, critic_rate, discount):
    delta = r_t - v[s_tm1]
    if not terminated_t:
        delta += discount * v[s_t]
    is_state = np.arange(len(v)) == s_tm1
    score = np.eye(theta.shape[1])[a_tm1] - probabilities(theta[s_tm1])
    return theta + actor_rate * delta * np.outer(is_state, score), v + critic_rate * delta * is_state


def train(environment, steps, actor_rate, critic_rate, discount, seed):
    generator = np.random.default_rng(seed)
    theta = np.zeros((environment.observation_space.n, environment.action_space.n))
    v = np.zeros(len(theta))
    ended = True
    for step in range(steps):
        if ended:
            s, _ = environment.reset(seed=seed if step == 0 else None)
        a = int(np.argmax(theta[s] + generator.gumbel(size=theta.shape[1])))
        s_next, r, terminated, truncated, _ = environment.step(a)
        theta, v = update(theta, v, s, a, r, s_next, terminated, actor_rate, critic_rate, discount)
        s, ended = s_next, terminated or truncated
    return theta, v
