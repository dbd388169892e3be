"""What can be seen only where the arrays are: whether the submission changes what it is given."""

import numpy as np


def arguments_after(noisy, noise, start, fresh):
    """Calls `predict_image` and `sample`, and returns these four arrays as they are afterwards, as a list."""
    from reverse_diffusion import predict_image
    from reverse_diffusion import sample

    arguments = [np.array(argument) for argument in (noisy, noise, start, fresh)]
    predict_image(arguments[0], 0.5, arguments[1])
    ratios = np.linspace(1.0, 0.1, len(fresh) + 1)
    sample(lambda images, ratios: 0.5 * np.array(images), arguments[2], ratios, 0.5, arguments[3])
    return arguments
