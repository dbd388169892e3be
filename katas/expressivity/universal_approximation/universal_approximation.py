"""Universal approximation: enough steps, steep enough, come close to any continuous function."""

from collections.abc import Callable

import numpy as np


def approximate(
    f: Callable[[np.ndarray], np.ndarray],
    a: float,
    b: float,
    lipschitz: float,
    epsilon: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Builds a network with one hidden layer of sigmoid units that comes within epsilon of a function.

    G. Cybenko, "Approximation by Superpositions of a Sigmoidal Function", Mathematics of Control, Signals, and Systems
    2, 1989. The network, with hidden weights w, hidden biases c, output weights v and output bias d:

        g(x) = d + Σ_j v_j σ(w_j x + c_j),    σ(z) = 1 / (1 + exp(-z))

    It comes within ε in the supremum norm: |g(x) - f(x)| <= ε for every x in [a, b], not only for those x at which f
    was evaluated. Nothing is trained. The function is L-Lipschitz, |f(x) - f(y)| <= L |x - y| for all x and y in
    [a, b]; this L is a bound, and the function may be flatter.

    The number of hidden units is at most 4 (1 + L (b - a) / ε). It may be 0.

    Args:
        f: takes a float array of shape `(n,)` or a single number, and returns the function's values, in the same shape,
            between 0 and 1. Call it for any x in [a, b], as often as you like.
        a: left end of the interval.
        b: right end of the interval, greater than a.
        lipschitz: L, a number, 0 or more.
        epsilon: ε, a positive number.

    Returns:
        `(hidden_weights, hidden_biases, output_weights, output_bias)`: three float arrays of shape `(units,)` and a
        number, all finite. The network is evaluated in float64, and without overflow however large w_j x + c_j is.
    """
    raise NotImplementedError("TODO: task 1")
