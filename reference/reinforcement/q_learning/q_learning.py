"""Q-learning: the value of every action in every state, learned from remembered steps.

NumPy only: a table has no layers and no gradient, so Keras would add nothing.
"""

import gymnasium
import numpy as np

LEARNING_RATE = 0.05
BATCH_SIZE = 8

Transition = tuple[int, int, float, int, bool]


def q_update(
    q: np.ndarray,
    s_tm1: int,
    a_tm1: int,
    r_t: float,
    s_t: int,
    terminated_t: bool,
    learning_rate: float,
    discount: float,
) -> np.ndarray:
    """Moves one entry of a Q-table towards what a single step says about it."""
    target = r_t if terminated_t else r_t + discount * q[s_t].max()
    q = q.copy()
    q[s_tm1, a_tm1] += learning_rate * (target - q[s_tm1, a_tm1])
    return q


def replay(
    q: np.ndarray,
    memory: list[Transition],
    batch_size: int,
    learning_rate: float,
    discount: float,
    generator: np.random.Generator,
) -> np.ndarray:
    """Updates a Q-table with steps drawn from memory (experience replay)."""
    for index in generator.integers(len(memory), size=batch_size):
        q = q_update(q, *memory[index], learning_rate, discount)
    return q


def train(environment: gymnasium.Env, episodes: int, discount: float, seed: int) -> np.ndarray:
    """Learns a Q-table by acting in an environment, remembering every step and replaying a batch after each."""
    generator = np.random.default_rng(seed)
    q = np.zeros((environment.observation_space.n, environment.action_space.n))
    memory: list[Transition] = []
    for episode, epsilon in enumerate(np.linspace(1.0, 0.1, episodes)):
        s_tm1, _ = environment.reset(seed=seed if episode == 0 else None)
        ended = False
        while not ended:
            explores = generator.random() < epsilon
            a_tm1 = int(generator.integers(q.shape[1]) if explores else q[s_tm1].argmax())
            s_t, r_t, terminated_t, truncated_t, _ = environment.step(a_tm1)
            memory.append((s_tm1, a_tm1, r_t, s_t, terminated_t))
            q = replay(q, memory, BATCH_SIZE, LEARNING_RATE, discount, generator)
            s_tm1, ended = s_t, terminated_t or truncated_t
    return q
