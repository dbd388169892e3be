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
        ended = False
        while not ended:
            explores = generator.random() < epsilon
            a_tm1 = int(generator.integers(q.shape[1]) if explores else q[s_tm1].argmax())
            s_t, r_t, terminated_t, truncated_t, _ = environment.step(a_tm1)
            memory.append((s_tm1, a_tm1, r_t, s_t, terminated_t))
            q = replay(q, memory, 8, 0.05, discount, generator)
            s_tm1, ended = s_t, terminated_t or truncated_t
    return q
