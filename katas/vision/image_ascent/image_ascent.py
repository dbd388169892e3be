"""Image ascent: leave the network as it is, and change the image until a unit responds."""

import keras
import numpy as np


def image_ascent(network: keras.Model, unit: int, start: np.ndarray, steps: int, step_size: float) -> np.ndarray:
    """Changes an image, step by step, so that the activation of one unit of a network rises.

    D. Erhan, Y. Bengio, A. Courville and P. Vincent, "Visualizing Higher-Layer Features of a Deep Network", technical
    report 1341, University of Montreal, 2009. With a(x), the activation of the unit for the image x, for
    t = 0, ..., steps - 1:

        x_0     = start
        g_t     = ∇a(x_t)
        x_{t+1} = clip(x_t + step_size * g_t / (rms(g_t) + 1e-8), 0, 1)

    rms(g) = sqrt(mean(g²)), the root of the mean of the squares over all entries of the image, with height, width and
    channels together. So a step moves the image by `step_size` in the root mean square, however large the gradient is.
    clip(x, 0, 1) puts each entry that has left [0, 1] on the nearer end, after every step.

    The network's weights keep their values, and so does the array `start`.

    Args:
        network: a Keras model that you call with a float32 tensor of shape `(batch, height, width, channels)`, and that
            returns a tensor of shape `(batch, units)`, the activations. a(x) is `network(x[None])[0, unit]`, as it is:
            no softmax, no loss. You can differentiate through it.
        unit: index of the unit, from 0.
        start: float array of shape `(height, width, channels)`, with entries from 0 to 1.
        steps: how many steps, an integer, 0 or more.
        step_size: a positive number.

    Returns:
        The image after the last step: a float array of shape `(height, width, channels)`, with entries from 0 to 1.
    """
    raise NotImplementedError("TODO: task 1")
