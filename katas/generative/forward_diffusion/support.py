"""What can be seen only where the arrays are: whether `diffuse` changes what it is given."""

import numpy as np


def arguments_after(images, ratios, noise):
    """Calls `diffuse` and returns its three arguments as they are afterwards, as a list."""
    from forward_diffusion import diffuse

    arguments = [np.array(argument) for argument in (images, ratios, noise)]
    diffuse(*arguments)
    return arguments
