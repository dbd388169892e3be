"""Pure functions: a one-hot mask picks the entry, and a batch is reduced to a table."""

from functools import reduce

import numpy as np


def value_of(row):
    return np.sort(row)[-1]


def q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, learning_rate, discount):
    here = np.zeros(np.shape(q))
    here[s_tm1, a_tm1] = 1.0
    future = np.where(terminated_t, 0.0, value_of(q[s_t]))
    error = r_t + discount * future - q[s_tm1, a_tm1]
    return q + learning_rate * error * here


def draw(memory, batch_size, generator):
    return [memory[i] for i in generator.choice(len(memory), size=batch_size)]


def replay(q, memory, batch_size, learning_rate, discount, generator):
    def learn(table, step):
        return q_update(table, *step, learning_rate, discount)

    return reduce(learn, draw(memory, batch_size, generator), q)


def choose_action(q, state, epsilon, generator):
    if generator.uniform() < epsilon:
        return int(generator.integers(0, q.shape[1]))
    return int(q[state].argmax())


def train(environment, episodes, discount, seed):
    generator = np.random.default_rng(seed)
    q = np.zeros((int(environment.observation_space.n), int(environment.action_space.n)))
    memory = []
    for episode in range(episodes):
        epsilon = max(0.1, 1.0 - episode / (0.8 * episodes))
        s_tm1, _ = environment.reset(seed=seed if episode == 0 else None)
        while True:
            a_tm1 = choose_action(q, s_tm1, epsilon, generator)
            s_t, r_t, terminated_t, truncated_t, _ = environment.step(a_tm1)
            memory.append((int(s_tm1), a_tm1, float(r_t), int(s_t), bool(terminated_t)))
            q = replay(q, memory, 8, 0.1, discount, generator)
            if terminated_t or truncated_t:
                break
            s_tm1 = s_t
    return q
