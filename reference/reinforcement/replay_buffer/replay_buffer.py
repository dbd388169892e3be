"""A replay buffer: the newest steps of an agent, from which batches are drawn evenly.

NumPy only: nothing is learned here, so Keras would add nothing.
"""

import numpy as np

Batch = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


class ReplayBuffer:
    """Keeps the newest transitions in a ring."""

    def __init__(self, capacity: int, observation_shape: tuple[int, ...], observation_dtype: str) -> None:
        state = np.dtype((observation_dtype, observation_shape))
        self._ring = [np.empty(capacity, dtype) for dtype in (state, "int64", "float32", state, "bool")]
        self._capacity = capacity
        self._added = 0

    @property
    def size(self) -> int:
        """The number of transitions that are stored."""
        return min(self._added, self._capacity)

    def add(
        self,
        s_tm1: np.ndarray | float,
        a_tm1: int,
        r_t: float,
        s_t: np.ndarray | float,
        terminated_t: bool,
    ) -> None:
        """Stores one transition, in place of the oldest one if the buffer is full."""
        for field, value in zip(self._ring, (s_tm1, a_tm1, r_t, s_t, terminated_t), strict=True):
            field[self._added % self._capacity] = value
        self._added += 1

    def stored(self) -> Batch:
        """Returns all stored transitions, in any order."""
        return self._rows(np.arange(self.size))

    def sample(self, batch_size: int, generator: np.random.Generator) -> Batch:
        """Draws transitions uniformly and with replacement."""
        return self._rows(generator.integers(self.size, size=batch_size))

    def _rows(self, slots: np.ndarray) -> Batch:
        s_tm1, a_tm1, r_t, s_t, terminated_t = (field[slots] for field in self._ring)
        return s_tm1, a_tm1, r_t, s_t, terminated_t
