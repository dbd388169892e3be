"""SciPy's recursive filter, run backwards over each episode."""

import numpy as np
from scipy.signal import lfilter


def discounted_returns(r_t, terminated_t, truncated_t, v_t, discount):
    rewards = np.asarray(r_t, dtype="float64").copy()
    ends = np.flatnonzero(terminated_t | truncated_t | (np.arange(len(rewards)) == len(rewards) - 1))
    rewards[ends] += np.where(terminated_t[ends], 0.0, discount * v_t[ends])
    parts = np.split(rewards, ends[:-1] + 1)
    return np.concatenate([lfilter([1.0], [1.0, -discount], part[::-1])[::-1] for part in parts])
