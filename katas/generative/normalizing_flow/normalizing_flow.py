"""Normalizing flow: an invertible network that knows how likely each point is."""

from collections.abc import Callable

import keras
import numpy as np


class AffineCoupling(keras.layers.Layer):
    """Leaves one half of the features as it is, and shifts and scales the other by what it sees there.

    L. Dinh, J. Sohl-Dickstein, S. Bengio, "Density estimation using Real NVP", ICLR 2017, sections 3.2 to 3.4; section 4.3 of
    the notes. With D features, the first half are the features 0 to D // 2 - 1, and the second half are the others, one more
    of them if D is odd. With the half that is kept and the rest:

        log_scale, shift = the two halves of conditioner(x_kept), in this order
        y_kept  = x_kept
        y_rest  = x_rest ⊙ exp(log_scale) + shift
        log_det = log |det ∂y/∂x| = sum of log_scale

    ⊙ multiplies entry by entry. Features stay in their places. Nothing is clamped: log-scales from -20 to 20 are used as they
    are. Both methods also run compiled, with a batch whose size is None, and gradients flow to the inputs and to the weights of
    the conditioner.

    Attributes:
        conditioner: the argument.
        keep: the argument.
    """

    def __init__(self, conditioner: Callable, keep: str = "first", **kwargs):
        """Keeps the settings.

        Args:
            conditioner: a Keras layer or model. It takes the half that is kept, of shape `(batch, kept)`, and returns a
                tensor of shape `(batch, 2 * rest)`: in each row all log-scales first, one for each feature of the rest, then
                all shifts.
            keep: "first" or "second", the half that is kept.
            kwargs: what every Keras layer takes, such as `name`; goes to `super().__init__`.
        """
        raise NotImplementedError("TODO: task 1")

    def call(self, x: keras.KerasTensor) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Transforms points, and says by how much that stretches the space around each.

        Args:
            x: float32 tensor of shape `(batch, D)`, D at least 2.

        Returns:
            `(y, log_det)`: y, a float32 tensor of the shape of x; and log |det ∂y/∂x|, one natural logarithm for each point,
            shape `(batch,)`.
        """
        raise NotImplementedError("TODO: task 1")

    def inverse(self, y: keras.KerasTensor) -> keras.KerasTensor:
        """Finds the points that `call` transforms to these.

        Args:
            y: float32 tensor or array of shape `(batch, D)`. It need not come from `call`, which may not have been called yet.

        Returns:
            x, a float32 tensor of the shape of y.
        """
        raise NotImplementedError("TODO: task 2")


class Flow(keras.Model):
    """Couplings one after another, from the data to noise.

    Data x become z, which is distributed normally with mean 0 and covariance I once the flow is trained. The density of x is
    that of z, times the factor by which the space is stretched there:

        log p(x) = log N(z; 0, I) + the sum of all log_det

    Attributes:
        couplings: the list of layers. The model's trainable weights are theirs.
    """

    def __init__(self, couplings: list[AffineCoupling], **kwargs):
        """Keeps the couplings.

        Args:
            couplings: one or more layers, in the order in which x passes through them.
            kwargs: what every Keras model takes.
        """
        raise NotImplementedError("TODO: task 3")

    def call(self, x: keras.KerasTensor) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Leads data points to noise.

        Args:
            x: float32 tensor of shape `(batch, D)`.

        Returns:
            `(z, log_det)`: z, shape `(batch, D)`; and the log_det of the whole chain, shape `(batch,)`. Both float32.
        """
        raise NotImplementedError("TODO: task 3")

    def inverse(self, z: keras.KerasTensor) -> keras.KerasTensor:
        """Leads noise back to data points.

        Args:
            z: float32 tensor or array of shape `(batch, D)`.

        Returns:
            x, a float32 tensor of the shape of z.
        """
        raise NotImplementedError("TODO: task 3")

    def log_prob(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Says how likely points are.

        Args:
            x: float32 tensor or array of shape `(batch, D)`.

        Returns:
            log p(x), the natural logarithm of the density, a float32 tensor of shape `(batch,)`.
        """
        raise NotImplementedError("TODO: task 3")


def train_flow(points: np.ndarray) -> Flow:
    """Trains a flow by maximum likelihood.

    It minimises the mean of -log p(x) over the points. The number of couplings, the conditioners, the optimizer and the number
    of steps are yours.

    Args:
        points: float32 array of shape `(samples, 2)`. Each feature has roughly the mean 0 and the deviation 1. The hidden tests
            pass 2,000 points, and training may take a minute at most.

    Returns:
        A trained flow: a model whose call returns `(z, log_det)` and that has the method `inverse`, as described at `Flow`.
    """
    raise NotImplementedError("TODO: task 4")
