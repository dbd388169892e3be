"""A class for the agent, plain Python loops over lists, and rates that fall as episodes pass."""

import numpy as np


def best_value(row):
    best = row[0]
    for value in row[1:]:
        if value > best:
            best = value
    return best


def q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, learning_rate, discount):
    table = np.array(q, dtype=float)
    if terminated_t:
        target = r_t
    else:
        target = r_t + discount * best_value(q[s_t])
    table[s_tm1, a_tm1] = (1 - learning_rate) * q[s_tm1, a_tm1] + learning_rate * target
    return table


def replay(q, memory, batch_size, learning_rate, discount, generator):
    for _ in range(batch_size):
        index = int(generator.random() * len(memory))
        s_tm1, a_tm1, r_t, s_t, terminated_t = memory[index]
        q = q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, learning_rate, discount)
    return q


class Agent:
    def __init__(self, states, actions, discount, seed):
        self.q = np.zeros((states, actions))
        self.discount = discount
        self.generator = np.random.default_rng(seed)
        self.memory = []
        self.epsilon = 1.0
        self.learning_rate = 0.3

    def act(self, state):
        row = self.q[state].tolist()
        if self.generator.random() < self.epsilon:
            return int(self.generator.random() * len(row))
        return row.index(max(row))

    def remember(self, *step):
        self.memory.append(step)

    def learn(self):
        self.q = replay(self.q, self.memory, 8, self.learning_rate, self.discount, self.generator)

    def end_episode(self):
        self.epsilon = max(0.1, self.epsilon * 0.99)
        self.learning_rate = max(0.05, self.learning_rate * 0.995)


def play(environment, agent, state):
    over = False
    while not over:
        action = agent.act(state)
        successor, reward, terminated, truncated, _ = environment.step(action)
        agent.remember(state, action, reward, successor, terminated)
        agent.learn()
        over = terminated or truncated
        state = successor
    agent.end_episode()


def train(environment, episodes, discount, seed):
    agent = Agent(environment.observation_space.n, environment.action_space.n, discount, seed)
    state, _ = environment.reset(seed=seed)
    play(environment, agent, state)
    for _ in range(1, episodes):
        state, _ = environment.reset()
        play(environment, agent, state)
    return agent.q
