"""Depth against width: layers multiply what units only add."""

import numpy as np


def sawtooth(k: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Builds a ReLU network whose graph on [0, 1] is a sawtooth of 2^k straight pieces.

    M. Telgarsky, "Benefits of Depth in Neural Networks", COLT 2016. The function is continuous, and straight between
    neighbouring multiples of 2^-k, where its values are 0 and 1 in turn:

        f(i / 2^k) = 0 for even i, 1 for odd i,    i = 0, 1, ..., 2^k

    A network is a list of layers from the first to the last, at least one, each a tuple `(weights, biases)`. With
    h_0 = x, for the layers l = 1, ..., K with weights W_l and biases b_l:

        h_l = max(0, h_{l-1} W_l + b_l)   for l < K, the hidden layers
        h_K = h_{K-1} W_K + b_K           for the last layer, which is linear

    Args:
        k: an integer from 1 to 10.

    Returns:
        The layers: float arrays of shape `(inputs of the layer, units)` and `(units,)`, with one input in the first
        layer and one unit in the last. The grader evaluates the network itself, in float64; for x in [0, 1] it may be
        off by 0.001, and elsewhere it may do what it likes. All hidden layers together have at most 4 k units.
    """
    raise NotImplementedError("TODO: task 1")


def count_pieces(layers: list[tuple[np.ndarray, np.ndarray]], a: float, b: float) -> int:
    """Counts the straight pieces of the function that a ReLU network computes on an interval.

    G. Montúfar, R. Pascanu, K. Cho and Y. Bengio, "On the Number of Linear Regions of Deep Neural Networks", NeurIPS
    2014. The number of pieces is the least n for which there are a = x_0 < x_1 < ... < x_n = b such that the function is
    straight on every [x_{i-1}, x_i]. A straight line has one piece, and so has a constant. What counts is the function:
    where a hidden unit switches on or off and the function stays straight nevertheless, no piece ends.

    Args:
        layers: a network as `sawtooth` returns it, with one input and one output, up to ten hidden layers and up to
            1024 pieces. Among a, b and all points where hidden units switch, any two either coincide up to
            rounding or lie at least (b - a) / 2000 apart. The slopes of neighbouring pieces differ by 0.05 or more.
        a: left end of the interval.
        b: right end of the interval, greater than a.

    Returns:
        The number of pieces on [a, b]; an integer, 1 or more.
    """
    raise NotImplementedError("TODO: task 3")


def make_shallow(
    layers: list[tuple[np.ndarray, np.ndarray]], a: float, b: float
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rewrites a ReLU network as one with a single hidden layer that is the same function on an interval.

    Section 1.2 of the notes. With one hidden layer, every unit bends the function at one point:

        g(x) = d + Σ_j v_j max(0, w_j x + c_j)

    Args:
        layers, a, b: as in `count_pieces`.

    Returns:
        The two layers of a network as `sawtooth` returns it. For every x in [a, b] it may differ from the given network
        by a thousandth of 1 + max |f|, the maximum on [a, b]. It has at most one hidden unit more than the function has
        pieces on [a, b].
    """
    raise NotImplementedError("TODO: task 4")
