"""What `minibatch_sgd` needs in its process: random numbers."""

import numpy as np


def make_generator(seed: int) -> np.random.Generator:
    """Makes the generator from which the order of the samples is drawn."""
    return np.random.default_rng(seed)
