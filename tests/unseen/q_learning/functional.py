"""Pure functions: a one-hot mask picks the entry, and a batch is reduced to a table."""

SOURCE = """
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
"""

CHANGES = {
    "adds_the_target": [("error = r_t + discount * future - q[s_tm1, a_tm1]", "error = r_t + discount * future")],
    "always_uses_the_same_seed": [("np.random.default_rng(seed)", "np.random.default_rng(0)")],
    "averages_the_next_row": [("np.sort(row)[-1]", "np.mean(row)")],
    "bootstraps_terminal_states": [("np.where(terminated_t, 0.0, value_of(q[s_t]))", "value_of(q[s_t])")],
    "discounts_the_reward": [("error = r_t + discount * future -", "error = discount * r_t + discount * future -")],
    "draws_with_a_generator_of_its_own": [
        ("generator.choice(len(memory), size=batch_size)", "np.random.choice(len(memory), size=batch_size)"),
    ],
    "draws_without_replacement": [
        (
            "[memory[i] for i in generator.choice(len(memory), size=batch_size)]",
            "[memory[i] for i in generator.permutation(len(memory))[:batch_size]]",
        ),
    ],
    "follows_the_exploring_agent": [
        (
            """def choose_action(q, state""",
            """def sarsa_replay(q, memory, batch_size, learning_rate, discount, generator):
    for s_tm1, a_tm1, r_t, s_t, a_t, terminated_t in draw(memory, batch_size, generator):
        target = r_t if terminated_t else r_t + discount * q[s_t, a_t]
        q[s_tm1, a_tm1] += learning_rate * (target - q[s_tm1, a_tm1])
    return q


def choose_action(q, state""",
        ),
        (
            """        while True:
            a_tm1 = choose_action(q, s_tm1, epsilon, generator)
""",
            """        a_tm1 = choose_action(q, s_tm1, epsilon, generator)
        while True:
""",
        ),
        (
            """            memory.append((int(s_tm1), a_tm1, float(r_t), int(s_t), bool(terminated_t)))
            q = replay(q, memory, 8, 0.1, discount, generator)
""",
            """            a_t = choose_action(q, s_t, epsilon, generator)
            memory.append((int(s_tm1), a_tm1, float(r_t), int(s_t), a_t, bool(terminated_t)))
            q = sarsa_replay(q, memory, 8, 0.1, discount, generator)
""",
        ),
        ("            s_tm1 = s_t\n", "            s_tm1, a_tm1 = s_t, a_t\n"),
    ],
    "ignores_the_discount": [("r_t + discount * future", "r_t + future")],
    "ignores_the_seed": [("np.random.default_rng(seed)", "np.random.default_rng()")],
    "learns_at_full_rate": [("memory, 8, 0.1, discount", "memory, 8, 1.0, discount")],
    "learns_without_memory": [
        (
            """            memory.append((int(s_tm1), a_tm1, float(r_t), int(s_t), bool(terminated_t)))
            q = replay(q, memory, 8, 0.1, discount, generator)
""",
            """            q = q_update(q, int(s_tm1), a_tm1, float(r_t), int(s_t), bool(terminated_t), 0.1, discount)
""",
        ),
    ],
    "loses_the_last_reward": [
        (
            "future = np.where(terminated_t, 0.0, value_of(q[s_t]))",
            "target = (1 - terminated_t) * (r_t + discount * value_of(q[s_t]))",
        ),
        ("error = r_t + discount * future -", "error = target -"),
    ],
    "never_draws_the_last_step": [
        (
            "generator.choice(len(memory), size=batch_size)",
            "generator.integers(0, max(1, len(memory) - 1), size=batch_size)",
        ),
    ],
    "never_expects_a_loss": [("np.sort(row)[-1]", "max([0.0, *row])")],
    "never_explores": [
        (
            "    if generator.uniform() < epsilon:\n        return int(generator.integers(0, q.shape[1]))\n",
            "",
        ),
    ],
    "overwrites_the_old_state": [
        (
            "            memory.append(",
            "            s_tm1 = s_t\n            memory.append(",
        ),
        ("                break\n            s_tm1 = s_t\n", "                break\n"),
    ],
    "reads_the_row_of_the_old_state": [("value_of(q[s_t])", "value_of(q[s_tm1])")],
    "repeats_the_action": [("value_of(q[s_t])", "q[s_t, a_tm1]")],
    "replays_in_order": [
        (
            "generator.choice(len(memory), size=batch_size)",
            "np.linspace(0, len(memory) - 1, batch_size).astype(int)",
        ),
    ],
    "replays_the_newest_steps": [
        (
            "[memory[i] for i in generator.choice(len(memory), size=batch_size)]",
            "[memory[-1 - i % len(memory)] for i in range(batch_size)]",
        ),
    ],
    "returns_the_policy": [
        (
            "            s_tm1 = s_t\n    return q\n",
            "            s_tm1 = s_t\n    return np.argsort(-q, axis=1, kind='stable')[:, 0]\n",
        ),
    ],
    "seeds_every_episode": [("environment.reset(seed=seed if episode == 0 else None)", "environment.reset(seed=seed)")],
    "shuffles_the_memory": [
        (
            "    return [memory[i] for i in generator.choice(len(memory), size=batch_size)]\n",
            """    batch = []
    while len(batch) < batch_size:
        batch += [memory[i] for i in generator.permutation(len(memory))]
    return batch[:batch_size]
""",
        ),
    ],
    "steps_away_from_the_target": [("return q + learning_rate", "return q - learning_rate")],
    "swaps_old_and_new": [("learning_rate * error * here", "(1.0 - learning_rate) * error * here")],
    "takes_the_number_of_the_action": [("np.sort(row)[-1]", "np.argsort(row)[-1]")],
    "treats_the_time_limit_as_an_end": [("bool(terminated_t)))", "bool(terminated_t or truncated_t)))")],
    "updates_from_the_old_table": [
        (
            """    def learn(table, step):
        return q_update(table, *step, learning_rate, discount)

    return reduce(learn, draw(memory, batch_size, generator), q)
""",
            """    new = {}
    for step in draw(memory, batch_size, generator):
        place = step[0], step[1]
        new[place] = q_update(q, *step, learning_rate, discount)[place]

    def write(table, place):
        table[place] = new[place]
        return table

    return reduce(write, new, np.array(q, dtype=float))
""",
        ),
    ],
    "updates_the_next_state": [
        ("here[s_tm1, a_tm1]", "here[s_t, a_tm1]"),
        ("discount * future - q[s_tm1, a_tm1]", "discount * future - q[s_t, a_tm1]"),
    ],
    "updates_the_whole_row": [
        ("here[s_tm1, a_tm1] = 1.0", "here[s_tm1, :] = 1.0"),
        ("discount * future - q[s_tm1, a_tm1]", "discount * future - q[s_tm1]"),
    ],
    "walks_past_the_time_limit": [("if terminated_t or truncated_t:", "if terminated_t:")],
}
