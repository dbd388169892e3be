"""NumPy, with the table changed in place and a falling epsilon."""

SOURCE = """
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
"""

CHANGES = {
    "adds_the_target": [("learning_rate * (target - q[s_tm1, a_tm1])", "learning_rate * target")],
    "always_uses_the_same_seed": [("np.random.default_rng(seed)", "np.random.default_rng(42)")],
    "averages_the_next_row": [("np.max(q[s_t])", "np.mean(q[s_t])")],
    "bootstraps_terminal_states": [
        ("future = 0.0 if terminated_t else discount * np.max(q[s_t])", "future = discount * np.max(q[s_t])"),
    ],
    "discounts_the_reward": [
        ("0.0 if terminated_t else discount * np.max(q[s_t])", "0.0 if terminated_t else np.max(q[s_t])"),
        ("target = r_t + future", "target = discount * (r_t + future)"),
    ],
    "draws_with_a_generator_of_its_own": [
        ("generator.integers(len(memory), size=batch_size)", "np.random.randint(len(memory), size=batch_size)"),
    ],
    "draws_without_replacement": [
        (
            "generator.integers(len(memory), size=batch_size)",
            "generator.choice(len(memory), size=min(batch_size, len(memory)), replace=False)",
        ),
    ],
    "follows_the_exploring_agent": [
        (
            "def q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, learning_rate, discount):\n",
            "def q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, learning_rate, discount, a_t=None):\n",
        ),
        (
            "future = 0.0 if terminated_t else discount * np.max(q[s_t])",
            "best = np.max(q[s_t]) if a_t is None else q[s_t, a_t]\n    future = 0.0 if terminated_t else discount * best",
        ),
        (
            "*memory[index], learning_rate, discount)",
            "*memory[index][:5], learning_rate, discount, *memory[index][5:])",
        ),
        (
            """        done = False
        while not done:
            if generator.random() < epsilon:
                action = int(generator.integers(actions))
            else:
                action = int(np.argmax(q[state]))
            new_state, reward, terminated, truncated, _ = environment.step(action)
            memory.append((state, action, reward, new_state, terminated))
            q = replay(q, memory, 10, 0.1, discount, generator)
            state = new_state
""",
            """        done = False
        action = choose(q, state, epsilon, generator)
        while not done:
            new_state, reward, terminated, truncated, _ = environment.step(action)
            new_action = choose(q, new_state, epsilon, generator)
            memory.append((state, action, reward, new_state, terminated, new_action))
            q = replay(q, memory, 10, 0.1, discount, generator)
            state, action = new_state, new_action
""",
        ),
        (
            "def train(",
            """def choose(q, state, epsilon, generator):
    if generator.random() < epsilon:
        return int(generator.integers(q.shape[1]))
    return int(np.argmax(q[state]))


def train(""",
        ),
    ],
    "ignores_the_discount": [("discount * np.max(q[s_t])", "np.max(q[s_t])")],
    "ignores_the_seed": [("np.random.default_rng(seed)", "np.random.default_rng()")],
    "learns_at_full_rate": [
        ("replay(q, memory, 10, 0.1, discount, generator)", "replay(q, memory, 10, 1.0, discount, generator)")
    ],
    "learns_without_memory": [
        (
            """            memory.append((state, action, reward, new_state, terminated))
            q = replay(q, memory, 10, 0.1, discount, generator)
""",
            "            q = q_update(q, state, action, reward, new_state, terminated, 0.1, discount)\n",
        ),
        ("    memory = []\n", ""),
    ],
    "loses_the_last_reward": [
        (
            "    future = 0.0 if terminated_t else discount * np.max(q[s_t])\n    target = r_t + future\n",
            "    target = 0.0 if terminated_t else r_t + discount * np.max(q[s_t])\n",
        ),
    ],
    "never_draws_the_last_step": [
        ("generator.integers(len(memory), size=batch_size)", "generator.integers(len(memory) - 1, size=batch_size)"),
        (
            "            q = replay(q, memory, 10, 0.1, discount, generator)\n",
            "            if len(memory) > 1:\n                q = replay(q, memory, 10, 0.1, discount, generator)\n",
        ),
    ],
    "never_expects_a_loss": [("np.max(q[s_t])", "np.max(q[s_t], initial=0.0)")],
    "never_explores": [
        (
            """            if generator.random() < epsilon:
                action = int(generator.integers(actions))
            else:
                action = int(np.argmax(q[state]))
""",
            "            action = int(np.argmax(q[state]))\n",
        ),
    ],
    "overwrites_the_old_state": [
        ("            new_state, reward, terminated, truncated", "            state, reward, terminated, truncated"),
        (
            "memory.append((state, action, reward, new_state, terminated))",
            "memory.append((state, action, reward, state, terminated))",
        ),
        ("            state = new_state\n", ""),
    ],
    "reads_the_row_of_the_old_state": [("np.max(q[s_t])", "np.max(q[s_tm1])")],
    "repeats_the_action": [("np.max(q[s_t])", "q[s_t, a_tm1]")],
    "replays_in_order": [
        ("generator.integers(len(memory), size=batch_size)", "np.arange(batch_size) % len(memory)"),
    ],
    "replays_the_newest_steps": [
        (
            "    for index in generator.integers(len(memory), size=batch_size):\n        q = q_update(q, *memory[index],",
            "    for step in memory[-batch_size:]:\n        q = q_update(q, *step,",
        ),
    ],
    "returns_the_policy": [
        (
            "            done = terminated or truncated\n    return q",
            "            done = terminated or truncated\n    return np.argmax(q, axis=1)",
        )
    ],
    "seeds_every_episode": [
        ("environment.reset(seed=seed) if episode == 0 else environment.reset()", "environment.reset(seed=seed)"),
    ],
    "shuffles_the_memory": [
        (
            "    for index in generator.integers(len(memory), size=batch_size):\n",
            """    rounds = -(-batch_size // len(memory))
    order = np.concatenate([generator.permutation(len(memory)) for _ in range(rounds)])
    for index in order[:batch_size]:
""",
        ),
    ],
    "steps_away_from_the_target": [("(target - q[s_tm1, a_tm1])", "(q[s_tm1, a_tm1] - target)")],
    "swaps_old_and_new": [
        (
            "q[s_tm1, a_tm1] += learning_rate * (target - q[s_tm1, a_tm1])",
            "q[s_tm1, a_tm1] = learning_rate * q[s_tm1, a_tm1] + (1 - learning_rate) * target",
        ),
    ],
    "takes_the_number_of_the_action": [("np.max(q[s_t])", "np.argmax(q[s_t])")],
    "treats_the_time_limit_as_an_end": [
        ("new_state, terminated))", "new_state, terminated or truncated))"),
    ],
    "updates_from_the_old_table": [
        (
            """    for index in generator.integers(len(memory), size=batch_size):
        q = q_update(q, *memory[index], learning_rate, discount)
""",
            """    batch = [memory[index] for index in generator.integers(len(memory), size=batch_size)]
    s_tm1, a_tm1, r_t, s_t, terminated_t = (np.array(column) for column in zip(*batch))
    target = r_t + discount * np.where(terminated_t, 0.0, q[s_t].max(axis=1))
    q[s_tm1, a_tm1] += learning_rate * (target - q[s_tm1, a_tm1])
""",
        ),
    ],
    "updates_the_next_state": [
        (
            "q[s_tm1, a_tm1] += learning_rate * (target - q[s_tm1, a_tm1])",
            "q[s_t, a_tm1] += learning_rate * (target - q[s_t, a_tm1])",
        ),
    ],
    "updates_the_whole_row": [("q[s_tm1, a_tm1] += learning_rate", "q[s_tm1] += learning_rate")],
    "walks_past_the_time_limit": [("done = terminated or truncated", "done = terminated")],
}
