"""Actions are drawn by a softmax whose temperature falls, with the Gumbel-max trick."""

from functools import reduce

import numpy as np


def q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, learning_rate, discount):
    future = 0.0 if terminated_t else q[s_t].max()
    table = q.copy()
    table[s_tm1, a_tm1] += learning_rate * (r_t + discount * future - q[s_tm1, a_tm1])
    return table


def replay(q, memory, batch_size, learning_rate, discount, generator):
    steps = (memory[index] for index in generator.integers(len(memory), size=batch_size))
    return reduce(lambda table, step: q_update(table, *step, learning_rate, discount), steps, q)


def draw_action(row, temperature, generator):
    # Rewards may be of any size: only the differences within the row count, as parts of the largest of them.
    logits = row / ((row.max() - row.min() or 1.0) * temperature)
    return int((logits + generator.gumbel(size=len(row))).argmax())


def train(environment, episodes, discount, seed):
    generator = np.random.default_rng(seed)
    q = np.zeros((environment.observation_space.n, environment.action_space.n))
    memory = []
    seeds = [seed] + [None] * (episodes - 1)
    for reset_seed, temperature in zip(seeds, np.geomspace(5.0, 0.2, episodes), strict=True):
        state, _ = environment.reset(seed=reset_seed)
        ended = False
        while not ended:
            action = draw_action(q[state], temperature, generator)
            next_state, reward, terminated, truncated, _ = environment.step(action)
            memory.append((state, action, reward, next_state, terminated))
            q = replay(q, memory, 4, 0.15, discount, generator)
            state, ended = next_state, terminated or truncated
    return q
