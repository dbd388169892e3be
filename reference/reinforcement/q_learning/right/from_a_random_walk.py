"""The agent never uses what it learns: Q-learning is off-policy, so a random walk shows it the best policy as well."""

import numpy as np


def q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, learning_rate, discount):
    new = np.array(q, dtype=float)
    target = r_t + (0.0 if terminated_t else discount * np.amax(new, axis=1)[s_t])
    new[s_tm1, a_tm1] += learning_rate * (target - new[s_tm1, a_tm1])
    return new


def replay(q, memory, batch_size, learning_rate, discount, generator):
    indices = np.floor(generator.uniform(0, len(memory), size=batch_size)).astype(int)
    for s_tm1, a_tm1, r_t, s_t, terminated_t in map(memory.__getitem__, indices):
        q = q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, learning_rate, discount)
    return q


def train(environment, episodes, discount, seed):
    generator = np.random.default_rng(seed)
    environment.action_space.seed(seed)
    q = np.full((environment.observation_space.n, environment.action_space.n), 0.0)
    memory = []
    state, _ = environment.reset(seed=seed)
    while episodes > 0:
        action = environment.action_space.sample()
        next_state, reward, terminated, truncated, _ = environment.step(action)
        memory.append((state, action, reward, next_state, terminated))
        q = replay(q, memory, 10, 0.05, discount, generator)
        state = next_state
        if terminated or truncated:
            episodes -= 1
            if episodes:
                state, _ = environment.reset()
    return q
