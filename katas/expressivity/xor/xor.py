"""XOR: what no perceptron can do, and two layers of them can."""

import numpy as np


def forward(inputs: np.ndarray, layers: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Computes the outputs of a network of threshold units.

    W. S. McCulloch and W. Pitts, "A Logical Calculus of the Ideas Immanent in Nervous Activity", Bulletin of
    Mathematical Biophysics 5, 1943. With h_0 = `inputs`, for the layers l = 1, 2, ..., each with its weights W_l and
    biases b_l:

        h_l = 1 where h_{l-1} W_l + b_l >= 0, and 0 elsewhere

    The last h_l is the output. Every layer has the threshold, and a score of exactly 0 gives 1, as in a perceptron.

    Args:
        inputs: float array of shape `(batch, features)`; any numbers, not only 0 and 1.
        layers: the layers from the first to the last, at least one; each is a tuple `(weights, biases)` of a float
            array of shape `(inputs of the layer, units)` and one of shape `(units,)`.

    Returns:
        Integer array of shape `(batch, units of the last layer)` with entries 0 and 1 (any integer dtype; not bool,
        not float).
    """
    raise NotImplementedError("TODO: task 1")


def xor() -> list[tuple[np.ndarray, np.ndarray]]:
    """Builds a network of threshold units that computes the exclusive or of two inputs.

    M. Minsky and S. Papert, "Perceptrons", MIT Press, 1969. The output is 1 for the inputs (0, 1) and (1, 0), and 0 for
    (0, 0) and (1, 1).

    Returns:
        Layers as `forward` takes them, with two inputs and, in the last layer, one unit. All numbers are finite. The
        grader evaluates the network itself, with the rule of `forward` in float64 arithmetic: choose numbers such that
        rounding cannot turn a score of 0 into one below 0.
    """
    raise NotImplementedError("TODO: task 2")


def from_truth_table(outputs: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Builds a network of threshold units with any given truth table.

    Sections 1.1 and 1.2 of the notes. A truth table of n inputs has 2^n rows, and row i belongs to the inputs that are
    the n binary digits of i, the most significant first. For n = 2 the rows are (0, 0), (0, 1), (1, 0), (1, 1).

    Args:
        outputs: integer array of shape `(2**n,)` with entries 0 and 1, for n from 1 to 8: row i of the truth table.

    Returns:
        Layers as `forward` takes them, with n inputs and, in the last layer, one unit, whose output for the inputs of
        row i is `outputs[i]`. There may be as many layers and units as you like, up to a million weights in all (a
        hundredth of that is plenty). A layer may have no units: its weights then have the shape `(inputs, 0)`, and
        those of the next layer `(0, units)`. The grader evaluates the network as it does that of `xor`.
    """
    raise NotImplementedError("TODO: task 3")
