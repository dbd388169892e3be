"""What `minibatch_sgd` needs in its process: random numbers, and data that one can look at after an epoch."""

import numpy as np


def make_generator(seed: int) -> np.random.Generator:
    """Makes the generator from which the order of the samples is drawn."""
    return np.random.default_rng(seed)


def data_after_an_epoch(inputs, targets, batch_size, seed):
    """Goes through the batches of one epoch, and returns what `inputs` and `targets` are afterwards."""
    from minibatch_sgd import minibatches

    inputs, targets = np.array(inputs), np.array(targets)
    for _ in zip(range(len(inputs)), minibatches(inputs, targets, batch_size, make_generator(seed)), strict=False):
        pass
    return inputs, targets
