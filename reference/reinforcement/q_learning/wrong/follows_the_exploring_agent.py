"""The target takes the action that the exploring agent takes next.

That is SARSA: it learns how good the agent is that still explores, and such an agent keeps away from cliffs. Q-learning
takes the best next action in its target, whatever the agent does (off-policy).
"""

import numpy as np


def q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, learning_rate, discount):
    target = r_t if terminated_t else r_t + discount * q[s_t].max()
    q = q.copy()
    q[s_tm1, a_tm1] += learning_rate * (target - q[s_tm1, a_tm1])
    return q


def replay(q, memory, batch_size, learning_rate, discount, generator):
    for index in generator.integers(len(memory), size=batch_size):
        q = q_update(q, *memory[index], learning_rate, discount)
    return q


def train(environment, episodes, discount, seed):
    generator = np.random.default_rng(seed)
    q = np.zeros((environment.observation_space.n, environment.action_space.n))
    memory = []
    for episode, epsilon in enumerate(np.linspace(1.0, 0.1, episodes)):
        s_tm1, _ = environment.reset(seed=seed if episode == 0 else None)
        a_tm1, ended = act(q[s_tm1], epsilon, generator), False
        while not ended:
            s_t, r_t, terminated_t, truncated_t, _ = environment.step(a_tm1)
            a_t = act(q[s_t], epsilon, generator)
            memory.append((s_tm1, a_tm1, r_t, s_t, a_t, terminated_t))
            for index in generator.integers(len(memory), size=8):
                state, action, reward, next_state, next_action, terminated = memory[index]
                target = reward if terminated else reward + discount * q[next_state, next_action]
                q[state, action] += 0.05 * (target - q[state, action])
            s_tm1, a_tm1, ended = s_t, a_t, terminated_t or truncated_t
    return q


def act(row, epsilon, generator):
    return int(generator.integers(len(row)) if generator.random() < epsilon else row.argmax())
