"""A deque that forgets by itself, and tuples that become arrays when they are read."""

from collections import deque

import numpy as np


class ReplayBuffer:
    def __init__(self, capacity, observation_shape, observation_dtype):
        self.dtype = observation_dtype
        self.memory = deque(maxlen=capacity)

    @property
    def size(self):
        return len(self.memory)

    def add(self, s_tm1, a_tm1, r_t, s_t, terminated_t):
        self.memory.append((np.array(s_tm1), a_tm1, r_t, np.array(s_t), terminated_t))

    def stored(self):
        return self._stack(list(self.memory))

    def sample(self, batch_size, generator):
        return self._stack([self.memory[generator.integers(len(self.memory))] for _ in range(batch_size)])

    def _stack(self, steps):
        s_tm1, a_tm1, r_t, s_t, terminated_t = zip(*steps, strict=True)
        return (
            np.array(s_tm1, dtype=self.dtype),
            np.array(a_tm1, dtype=int),
            np.array(r_t, dtype=float),
            np.array(s_t, dtype=self.dtype),
            np.array(terminated_t, dtype=bool),
        )
