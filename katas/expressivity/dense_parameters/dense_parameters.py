"""Parameters of a dense network: what width and depth cost."""


def count_parameters(units: list[int], use_bias: bool = True) -> int:
    """Counts the parameters of a stack of dense layers.

    Section 1.2.1 of the notes. A dense layer with n inputs and m units has one weight for each pair of an input and a
    unit, and, if it has biases, one bias for each unit. `units` gives n and m of all layers:

        units[0] -> units[1] -> ... -> units[K]     (K layers)

    Count by arithmetic: some of these networks are larger than any memory, and Keras' `count_params` is off limits.

    Args:
        units: the number of inputs, and then the number of units of each layer; two or more integers, 1 or more each.
        use_bias: whether the layers have biases.

    Returns:
        The exact number of weights and biases in all layers; an integer, which may be far above 2^32.
    """
    raise NotImplementedError("TODO: task 1")


def count_flops(units: list[int], batch_size: int = 1, use_bias: bool = True) -> int:
    """Counts the floating-point operations of a forward pass through a stack of dense layers.

    G. H. Golub and C. F. Van Loan, "Matrix Computations", 4th edition, Johns Hopkins University Press, 2013. One
    addition or one multiplication of two numbers is one FLOP. For one sample x, a unit with n inputs computes

        w_1 x_1 + w_2 x_2 + ... + w_n x_n + b

    exactly as written: every product and every plus sign counts. Without biases the term b is missing, and so is the
    plus sign before it. Activation functions do not count.

    Args:
        units: as in `count_parameters`.
        batch_size: the number of samples that go through the network; an integer, 1 or more.
        use_bias: whether the layers have biases.

    Returns:
        The exact number of FLOPs for the whole batch; an integer, which may be far above 2^32.
    """
    raise NotImplementedError("TODO: task 2")


def widest(inputs: int, outputs: int, hidden_layers: int, budget: int) -> int:
    """Finds the widest network that a budget of parameters allows.

    The network has `hidden_layers` hidden layers of h units each, and biases everywhere:

        inputs -> h -> ... -> h -> outputs

    Args:
        inputs: the number of inputs, 1 or more.
        outputs: the number of units of the output layer, 1 or more.
        hidden_layers: the number of hidden layers, from 1 to 100.
        budget: the largest number of parameters that the network may have; an integer from 0 to 10^12. Trying one
            width after the other takes too long.

    Returns:
        The largest integer h such that the network has `budget` parameters or fewer; 0 if not even h = 1 fits.
    """
    raise NotImplementedError("TODO: task 3")
