"""The memory is one array, and every entry of the table has a learning rate of its own that falls with each visit."""

import numpy as np


def q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, learning_rate, discount):
    table = np.asarray(q, dtype=float).ravel().copy()
    actions = len(q[0])
    entry = s_tm1 * actions + a_tm1
    following = table[s_t * actions : (s_t + 1) * actions]
    target = r_t if terminated_t else r_t + discount * np.sort(following)[-1]
    table[entry] = np.interp(learning_rate, [0.0, 1.0], [table[entry], target])
    return table.reshape(-1, actions)


def replay(q, memory, batch_size, learning_rate, discount, generator):
    rows = np.array(memory, dtype=float)
    for s_tm1, a_tm1, r_t, s_t, terminated_t in generator.choice(rows, size=batch_size):
        q = q_update(q, int(s_tm1), int(a_tm1), r_t, int(s_t), bool(terminated_t), learning_rate, discount)
    return q


def train(environment, episodes, discount, seed):
    generator = np.random.Generator(np.random.PCG64(seed))
    states, actions = environment.observation_space.n, environment.action_space.n
    q, visits = np.zeros((states, actions)), np.zeros((states, actions))
    memory, length = np.empty((1024, 5)), 0
    for number in range(episodes):
        state, _ = environment.reset(seed=None if number else seed)
        terminated = truncated = False
        while not terminated and not truncated:
            greedy = generator.random() * episodes < number
            action = int(np.argmax(q[state])) if greedy else int(generator.integers(actions))
            old, (state, reward, terminated, truncated, _) = state, environment.step(action)
            if length == len(memory):
                memory = np.concatenate([memory, np.empty_like(memory)])
            memory[length] = old, action, reward, state, terminated
            length += 1
            for row in memory[generator.integers(length, size=12)]:
                s, a, following = int(row[0]), int(row[1]), int(row[3])
                visits[s, a] += 1
                target = row[2] + (1 - row[4]) * discount * q[following].max()
                q[s, a] += (target - q[s, a]) / visits[s, a] ** 0.6
    return q
