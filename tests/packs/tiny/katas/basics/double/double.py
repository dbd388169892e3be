"""Double: twice a number."""

import numpy as np


def double(values: np.ndarray) -> np.ndarray:
    """Doubles every entry of an array of any shape."""
    raise NotImplementedError("TODO: task 1")
