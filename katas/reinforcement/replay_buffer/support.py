"""What `replay_buffer` needs in its process: random numbers."""

import numpy as np


def make_generator(seed: int) -> np.random.Generator:
    """Makes the generator that `sample` draws with."""
    return np.random.default_rng(seed)
