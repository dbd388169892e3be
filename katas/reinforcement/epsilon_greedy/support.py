"""What `epsilon_greedy` needs in its process: random numbers."""

import numpy as np


def make_generator(seed: int) -> np.random.Generator:
    """Makes the generator that `epsilon_greedy` draws with."""
    return np.random.default_rng(seed)
