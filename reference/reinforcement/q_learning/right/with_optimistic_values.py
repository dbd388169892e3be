"""The table begins with ones, is updated in place, and the learning rate falls with ε."""

import numpy as np


def q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, learning_rate, discount):
    error = r_t + discount * q[s_t].max() * (1 - terminated_t) - q[s_tm1, a_tm1]
    q[s_tm1, a_tm1] += learning_rate * error
    return q


def replay(q, memory, batch_size, learning_rate, discount, generator):
    q = q.copy()
    for index in generator.choice(len(memory), size=batch_size):
        q_update(q, *memory[index], learning_rate, discount)
    return q


def train(environment, episodes, discount, seed):
    generator = np.random.default_rng(seed)
    q = np.ones((environment.observation_space.n, environment.action_space.n))
    memory = []
    for episode in range(episodes):
        left = 1 - episode / episodes
        state, _ = environment.reset(**({"seed": seed} if episode == 0 else {}))
        while True:
            action = q[state].argmax() if generator.random() > left else generator.integers(q.shape[1])
            next_state, reward, terminated, truncated, _ = environment.step(int(action))
            memory.append((state, action, reward, next_state, terminated))
            q = replay(q, memory, 8, 0.05 + 0.45 * left, discount, generator)
            if terminated or truncated:
                break
            state = next_state
    return q
