"""What can be seen only where the arrays are: whether `fit_latent_map` changes what it is given."""

import numpy as np


def arguments_after(source, target, l2):
    """Calls `fit_latent_map` and returns its two arrays as they are afterwards, as a list."""
    from latent_map import fit_latent_map

    arguments = [np.array(source), np.array(target)]
    fit_latent_map(*arguments, l2)
    return arguments
