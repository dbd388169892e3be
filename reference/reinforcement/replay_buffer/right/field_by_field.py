"""Five arrays by name, the place of the next transition, and how many are stored."""

import numpy as np


class ReplayBuffer:
    def __init__(self, capacity, observation_shape, observation_dtype):
        self.capacity = capacity
        self.position = 0
        self.size = 0
        self.s_tm1 = np.zeros((capacity, *observation_shape), observation_dtype)
        self.a_tm1 = np.zeros(capacity, dtype=int)
        self.r_t = np.zeros(capacity)
        self.s_t = np.zeros((capacity, *observation_shape), observation_dtype)
        self.terminated_t = np.zeros(capacity, dtype=bool)

    def add(self, s_tm1, a_tm1, r_t, s_t, terminated_t):
        self.s_tm1[self.position] = s_tm1
        self.a_tm1[self.position] = a_tm1
        self.r_t[self.position] = r_t
        self.s_t[self.position] = s_t
        self.terminated_t[self.position] = terminated_t
        self.position = (self.position + 1) % self.capacity
        self.size = min(self.size + 1, self.capacity)

    def stored(self):
        return self._read(np.arange(self.size))

    def sample(self, batch_size, generator):
        return self._read(generator.integers(self.size, size=batch_size))

    def _read(self, slots):
        return self.s_tm1[slots], self.a_tm1[slots], self.r_t[slots], self.s_t[slots], self.terminated_t[slots]
