"""A class for the agent, plain Python loops over lists, and rates that fall as episodes pass."""

SOURCE = """
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
"""

CHANGES = {
    "adds_the_target": [("(1 - learning_rate) * q[s_tm1, a_tm1] + learning_rate", "q[s_tm1, a_tm1] + learning_rate")],
    "always_uses_the_same_seed": [("np.random.default_rng(seed)", "np.random.default_rng(1234)")],
    "averages_the_next_row": [
        (
            """    best = row[0]
    for value in row[1:]:
        if value > best:
            best = value
    return best
""",
            "    return sum(row) / len(row)\n",
        ),
    ],
    "bootstraps_terminal_states": [
        (
            """    if terminated_t:
        target = r_t
    else:
        target = r_t + discount * best_value(q[s_t])
""",
            "    target = r_t + discount * best_value(q[s_t])\n",
        ),
    ],
    "discounts_the_reward": [
        ("        target = r_t\n", "        target = discount * r_t\n"),
        ("target = r_t + discount * best_value(q[s_t])", "target = discount * (r_t + best_value(q[s_t]))"),
    ],
    "draws_with_a_generator_of_its_own": [
        ("import numpy as np\n", "import random\n\nimport numpy as np\n"),
        ("int(generator.random() * len(memory))", "random.randrange(len(memory))"),
    ],
    "draws_without_replacement": [
        (
            """    for _ in range(batch_size):
        index = int(generator.random() * len(memory))
        s_tm1, a_tm1, r_t, s_t, terminated_t = memory[index]
""",
            """    seen = set()
    while len(seen) < min(batch_size, len(memory)):
        index = int(generator.random() * len(memory))
        if index in seen:
            continue
        seen.add(index)
        s_tm1, a_tm1, r_t, s_t, terminated_t = memory[index]
""",
        ),
    ],
    "follows_the_exploring_agent": [
        (
            "        self.q = replay(self.q, self.memory, 8, self.learning_rate, self.discount, self.generator)\n",
            """        for _ in range(8):
            s, a, r, successor, terminated = self.memory[int(self.generator.random() * len(self.memory))]
            future = 0.0 if terminated else self.q[successor, self.act(successor)]
            self.q[s, a] += self.learning_rate * (r + self.discount * future - self.q[s, a])
""",
        ),
    ],
    "ignores_the_discount": [("discount * best_value(q[s_t])", "best_value(q[s_t])")],
    "ignores_the_seed": [
        ("np.random.default_rng(seed)", "np.random.default_rng()"),
        ("environment.reset(seed=seed)", "environment.reset()"),
    ],
    "learns_at_full_rate": [
        (
            "(1 - learning_rate) * q[s_tm1, a_tm1] + learning_rate * target",
            "target",
        ),
    ],
    "learns_without_memory": [
        (
            "        self.q = replay(self.q, self.memory, 8, self.learning_rate, self.discount, self.generator)\n",
            "        self.q = q_update(self.q, *self.memory.pop(), self.learning_rate, self.discount)\n",
        ),
    ],
    "loses_the_last_reward": [("        target = r_t\n", "        target = 0.0\n")],
    "never_draws_the_last_step": [
        ("int(generator.random() * len(memory))", "int(generator.random() * (len(memory) - 1))"),
    ],
    "never_expects_a_loss": [
        ("best = row[0]\n    for value in row[1:]:", "best = 0.0\n    for value in row:"),
    ],
    "never_explores": [
        ("self.epsilon = 1.0", "self.epsilon = 0.0"),
        ("max(0.1, self.epsilon * 0.99)", "self.epsilon * 0.99"),
    ],
    "overwrites_the_old_state": [
        (
            "        agent.remember(state, action, reward, successor, terminated)\n",
            "        state = successor\n        agent.remember(state, action, reward, successor, terminated)\n",
        ),
        (
            "        over = terminated or truncated\n        state = successor\n",
            "        over = terminated or truncated\n",
        ),
    ],
    "reads_the_row_of_the_old_state": [("best_value(q[s_t])", "best_value(q[s_tm1])")],
    "repeats_the_action": [("best_value(q[s_t])", "q[s_t][a_tm1]")],
    "replays_in_order": [
        ("import numpy as np\n", "import itertools\n\nimport numpy as np\n"),
        (
            """    for _ in range(batch_size):
        index = int(generator.random() * len(memory))
        s_tm1, a_tm1, r_t, s_t, terminated_t = memory[index]
""",
            "    for s_tm1, a_tm1, r_t, s_t, terminated_t in itertools.islice(itertools.cycle(memory), batch_size):\n",
        ),
    ],
    "replays_the_newest_steps": [
        ("    for _ in range(batch_size):\n", "    recent = memory[-batch_size:]\n    for _ in range(batch_size):\n"),
        ("int(generator.random() * len(memory))", "int(generator.random() * len(recent))"),
        ("terminated_t = memory[index]", "terminated_t = recent[index]"),
    ],
    "returns_the_policy": [
        ("    return agent.q\n", "    return np.array([row.index(max(row)) for row in agent.q.tolist()])\n"),
    ],
    "seeds_every_episode": [("environment.reset()", "environment.reset(seed=seed)")],
    "shuffles_the_memory": [
        ("    for _ in range(batch_size):\n", "    deck = []\n    for _ in range(batch_size):\n"),
        (
            "        index = int(generator.random() * len(memory))\n",
            """        if not deck:
            deck = list(range(len(memory)))
            generator.shuffle(deck)
        index = deck.pop()
""",
        ),
    ],
    "steps_away_from_the_target": [
        (
            "(1 - learning_rate) * q[s_tm1, a_tm1] + learning_rate * target",
            "(1 + learning_rate) * q[s_tm1, a_tm1] - learning_rate * target",
        ),
    ],
    "swaps_old_and_new": [
        (
            "(1 - learning_rate) * q[s_tm1, a_tm1] + learning_rate * target",
            "learning_rate * q[s_tm1, a_tm1] + (1 - learning_rate) * target",
        ),
    ],
    "takes_the_number_of_the_action": [
        (
            """    best = row[0]
    for value in row[1:]:
        if value > best:
            best = value
    return best
""",
            """    best = 0
    for action in range(1, len(row)):
        if row[action] > row[best]:
            best = action
    return best
""",
        ),
    ],
    "treats_the_time_limit_as_an_end": [
        (
            """        agent.remember(state, action, reward, successor, terminated)
        agent.learn()
        over = terminated or truncated
""",
            """        over = terminated or truncated
        agent.remember(state, action, reward, successor, over)
        agent.learn()
""",
        ),
    ],
    "updates_from_the_old_table": [
        ("    for _ in range(batch_size):\n", "    new = np.array(q, dtype=float)\n    for _ in range(batch_size):\n"),
        (
            "        q = q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, learning_rate, discount)\n    return q\n",
            """        updated = q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, learning_rate, discount)
        new[s_tm1, a_tm1] = updated[s_tm1, a_tm1]
    return new
""",
        ),
    ],
    "updates_the_next_state": [
        (
            "table[s_tm1, a_tm1] = (1 - learning_rate) * q[s_tm1, a_tm1]",
            "table[s_t, a_tm1] = (1 - learning_rate) * q[s_t, a_tm1]",
        ),
    ],
    "updates_the_whole_row": [
        (
            "    table[s_tm1, a_tm1] = (1 - learning_rate) * q[s_tm1, a_tm1] + learning_rate * target\n",
            """    change = learning_rate * (target - q[s_tm1, a_tm1])
    for action in range(len(q[s_tm1])):
        table[s_tm1, action] = q[s_tm1, action] + change
""",
        ),
    ],
    "walks_past_the_time_limit": [("over = terminated or truncated", "over = terminated")],
}
