"""Counts with np.add.at; as many sweeps as the bound on the error asks for; actions in turn that were tried least."""

import numpy as np


def estimate_model(memory, num_states, num_actions):
    transition = np.zeros((num_states, num_actions, num_states))
    reward, counts = np.zeros((2, num_states, num_actions))
    if memory:
        s_tm1, a_tm1, r_t, s_t, terminated_t = map(np.array, zip(*memory, strict=True))
        np.add.at(counts, (s_tm1, a_tm1), 1)
        np.add.at(reward, (s_tm1, a_tm1), r_t)
        np.add.at(transition, (s_tm1, a_tm1, s_t), ~terminated_t)
    transition += (counts == 0)[..., None] * np.eye(num_states)[:, None]
    steps = np.maximum(counts, 1)
    return transition / steps[..., None], reward / steps


def plan(transition, reward, discount):
    q = np.zeros_like(reward)
    for _ in range(1200):
        q = reward + discount * transition @ q.max(axis=1)
    return q


def train(environment, steps, discount, seed):
    generator = np.random.default_rng(seed)
    num_states, num_actions = environment.observation_space.n, environment.action_space.n
    tries = np.zeros((num_states, num_actions))
    memory = []
    ended = True
    for step in range(steps):
        if ended:
            s_tm1, _ = environment.reset(seed=seed if step == 0 else None)
        a_tm1 = int(np.argmin(tries[s_tm1] + generator.random(num_actions)))
        tries[s_tm1, a_tm1] += 1
        s_t, r_t, terminated_t, truncated_t, _ = environment.step(a_tm1)
        memory.append((s_tm1, a_tm1, r_t, s_t, terminated_t))
        s_tm1, ended = s_t, terminated_t or truncated_t
    model = estimate_model(memory, num_states, num_actions)
    return *model, plan(*model, discount)
