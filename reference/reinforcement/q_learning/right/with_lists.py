"""An agent as a class, in plain Python: rows are lists, and ε shrinks by a factor after every step."""

import random


def q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, learning_rate, discount):
    table = [list(row) for row in q]
    target = r_t
    if not terminated_t:
        target += discount * max(table[s_t])
    table[s_tm1][a_tm1] = (1 - learning_rate) * table[s_tm1][a_tm1] + learning_rate * target
    return table


def replay(q, memory, batch_size, learning_rate, discount, generator):
    for _ in range(batch_size):
        s_tm1, a_tm1, r_t, s_t, terminated_t = memory[int(generator.random() * len(memory))]
        q = q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, learning_rate, discount)
    return q


class Agent:
    learning_rate = 0.1
    batch_size = 6

    def __init__(self, states, actions, discount, seed):
        self.q = [[0.0] * actions for _ in range(states)]
        self.memory = []
        self.discount = discount
        self.random = random.Random(seed)
        self.epsilon = 1.0

    def act(self, state):
        row = self.q[state]
        if self.random.random() < self.epsilon:
            return self.random.randrange(len(row))
        return self.random.choice([action for action, value in enumerate(row) if value == max(row)])

    def learn(self, *transition):
        self.memory.append(transition)
        for s_tm1, a_tm1, r_t, s_t, terminated_t in self.random.choices(self.memory, k=self.batch_size):
            target = r_t if terminated_t else r_t + self.discount * max(self.q[s_t])
            self.q[s_tm1][a_tm1] += self.learning_rate * (target - self.q[s_tm1][a_tm1])
        self.epsilon = max(0.1, 0.999 * self.epsilon)


def train(environment, episodes, discount, seed):
    agent = Agent(int(environment.observation_space.n), int(environment.action_space.n), discount, seed)
    environment.reset(seed=seed)
    for _ in range(episodes):
        state, _ = environment.reset()
        terminated = truncated = False
        while not (terminated or truncated):
            action = agent.act(state)
            next_state, reward, terminated, truncated, _ = environment.step(action)
            agent.learn(state, action, reward, next_state, terminated)
            state = next_state
    return agent.q
