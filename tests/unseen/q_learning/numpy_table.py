"""NumPy, with the table changed in place and a falling epsilon."""

import numpy as np


def q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, learning_rate, discount):
    future = 0.0 if terminated_t else discount * np.max(q[s_t])
    target = r_t + future
    q[s_tm1, a_tm1] += learning_rate * (target - q[s_tm1, a_tm1])
    return q


def replay(q, memory, batch_size, learning_rate, discount, generator):
    for index in generator.integers(len(memory), size=batch_size):
        q = q_update(q, *memory[index], learning_rate, discount)
    return q


def train(environment, episodes, discount, seed):
    generator = np.random.default_rng(seed)
    states, actions = environment.observation_space.n, environment.action_space.n
    q = np.zeros((states, actions))
    memory = []
    for episode in range(episodes):
        epsilon = 1.0 - 0.9 * episode / max(1, episodes - 1)
        state, _ = environment.reset(seed=seed) if episode == 0 else environment.reset()
        done = False
        while not done:
            if generator.random() < epsilon:
                action = int(generator.integers(actions))
            else:
                action = int(np.argmax(q[state]))
            new_state, reward, terminated, truncated, _ = environment.step(action)
            memory.append((state, action, reward, new_state, terminated))
            q = replay(q, memory, 10, 0.1, discount, generator)
            state = new_state
            done = terminated or truncated
    return q
