"""Plain Python: a list of steps for each pair, and policy iteration in place of sweeps."""

import random
from collections import defaultdict

import numpy as np


def estimate_model(memory, num_states, num_actions):
    steps = defaultdict(list)
    for s_tm1, a_tm1, r_t, s_t, terminated_t in memory:
        steps[s_tm1, a_tm1].append((r_t, None if terminated_t else s_t))
    transition = [[[0.0] * num_states for _ in range(num_actions)] for _ in range(num_states)]
    reward = [[0.0] * num_actions for _ in range(num_states)]
    for state in range(num_states):
        for action in range(num_actions):
            seen = steps[state, action] or [(0.0, state)]
            for r_t, s_t in seen:
                reward[state][action] += r_t / len(seen)
                if s_t is not None:
                    transition[state][action][s_t] += 1 / len(seen)
    return np.array(transition), np.array(reward)


def plan(transition, reward, discount):
    transition, reward = np.asarray(transition), np.asarray(reward)
    states = range(len(reward))
    policy = [0] * len(reward)
    while True:
        following = np.array([transition[state, policy[state]] for state in states])
        gained = [reward[state, policy[state]] for state in states]
        values = np.linalg.solve(np.identity(len(reward)) - discount * following, gained)
        q = reward + discount * np.einsum("ijk,k->ij", transition, values)
        best = [int(np.argmax(row)) for row in q]
        if all(q[state, best[state]] <= q[state, policy[state]] + 1e-9 for state in states):
            return q
        policy = best


def train(environment, steps, discount, seed):
    chance = random.Random(seed)
    memory = []
    state, _ = environment.reset(seed=seed)
    while len(memory) < steps:
        action = chance.randrange(environment.action_space.n)
        arrived, gained, terminated, truncated, _ = environment.step(action)
        memory.append((state, action, gained, arrived, terminated))
        state = arrived
        if (terminated or truncated) and len(memory) < steps:
            state, _ = environment.reset()
    transition, reward = estimate_model(memory, environment.observation_space.n, environment.action_space.n)
    return transition, reward, plan(transition, reward, discount)
