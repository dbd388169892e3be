"""Parameters of a dense network: what width and depth cost."""

from bisect import bisect_right
from itertools import pairwise


def count_parameters(units: list[int], use_bias: bool = True) -> int:
    """Counts the parameters of a stack of dense layers."""
    return sum((inputs + use_bias) * outputs for inputs, outputs in pairwise(units))


def count_flops(units: list[int], batch_size: int = 1, use_bias: bool = True) -> int:
    """Counts the floating-point operations of a forward pass through a stack of dense layers."""
    per_sample = sum((inputs + inputs - 1 + use_bias) * outputs for inputs, outputs in pairwise(units))
    return batch_size * per_sample


def widest(inputs: int, outputs: int, hidden_layers: int, budget: int) -> int:
    """Finds the widest network that a budget of parameters allows."""

    def parameters(width):
        return count_parameters([inputs, *[width] * hidden_layers, outputs])

    # Of the widths 1, 2, 3, ..., the first so many fit.
    return bisect_right(range(1, budget + 1), budget, key=parameters)
