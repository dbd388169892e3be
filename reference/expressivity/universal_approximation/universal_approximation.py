"""Universal approximation: enough steps, steep enough, come close to any continuous function."""

from collections.abc import Callable
from math import ceil

import numpy as np
from keras import ops

STEEPNESS = 50.0


def approximate(
    f: Callable[[np.ndarray], np.ndarray],
    a: float,
    b: float,
    lipschitz: float,
    epsilon: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Builds a network with one hidden layer of sigmoid units that comes within epsilon of a function."""
    cells = max(1, ceil(lipschitz * (b - a) / epsilon))
    borders = ops.linspace(a, b, cells + 1)
    heights = f((borders[:-1] + borders[1:]) / 2)
    steps = borders[1:-1]
    hidden_weights = ops.full_like(steps, STEEPNESS * cells / (b - a))
    return hidden_weights, -hidden_weights * steps, ops.diff(heights), heights[0]
