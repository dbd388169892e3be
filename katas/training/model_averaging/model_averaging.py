"""Model averaging: several networks know more than one, if one averages the right thing."""

import numpy as np


def average_predictions(logits: np.ndarray) -> np.ndarray:
    """Averages what several classifiers say about the same samples.

    B. Lakshminarayanan, A. Pritzel and C. Blundell, "Simple and Scalable Predictive Uncertainty Estimation using Deep
    Ensembles", NIPS 2017. For M models, with the probabilities that each of them gives to the classes:

        p(class | x) = (1/M) Σ_m softmax(logits_m(x))[class],    softmax(z)[c] = exp(z_c) / Σ_k exp(z_k)

    Args:
        logits: float array of shape `(models, batch, classes)`: what each model computes before its softmax. Entries may be
            as large as 1000 or -1000.

    Returns:
        Float array of shape `(batch, classes)`: the averaged probabilities, all finite.
    """
    raise NotImplementedError("TODO: task 1")


def train_members(
    inputs: np.ndarray, labels: np.ndarray, members: int, units: int, epochs: int, seed: int
) -> list[list[np.ndarray]]:
    """Trains the members of an ensemble: networks that have learned the same and still differ.

    As in the paper above, each member starts from random weights of its own, which are independent of those of the others,
    and is trained separately, on all samples. A network is what `get_weights()` of a Keras model with two dense layers
    returns:

        [W_1, b_1, W_2, b_2],    logits = max(0, inputs W_1 + b_1) W_2 + b_2

    Optimizer, batch size and learning rate are yours. The hidden tests train 6 members of 32 units on 200 digits for 20 epochs,
    and let them read all other digits of the data set: on average a member has to read at least 80% of them correctly.

    Args:
        inputs: float32 array of shape `(samples, 64)` with values between 0 and 1.
        labels: integer array of shape `(samples,)` with entries 0 to 9.
        members: M, at least 1.
        units: width of the hidden layer.
        epochs: at least 1, how often each member uses each sample.
        seed: fixes everything random: on one machine, the same arguments give the same networks, and a different seed
            gives different ones.

    Returns:
        List of M networks. Each is a list of four float arrays, of the shapes `(64, units)`, `(units,)`, `(units, 10)` and
        `(10,)`.
    """
    raise NotImplementedError("TODO: task 2")


def align(network: list[np.ndarray], template: list[np.ndarray]) -> list[np.ndarray]:
    """Brings the hidden units of a network into the order of those of another.

    S. K. Ainsworth, J. Hayase and S. Srinivasa, "Git Re-Basin: Merging Models modulo Permutation Symmetries", ICLR 2023. What a
    network computes does not depend on the order of its hidden units. With the vector u_j of all that belongs to unit j, its
    weights from every input, its bias, and its weights to every output, the permutation π is chosen that makes

        Σ_j u_j(template) · u_π(j)(network)

    as large as it can be over all permutations. Unit π(j) of the network becomes unit j of the result.

    Args:
        network: four float arrays as in `train_members`, of the shapes `(features, units)`, `(units,)`, `(units, classes)` and
            `(classes,)`, with any number of features, units and classes.
        template: a network of the same shapes.

    Returns:
        The network with its units in the new order, a list of four float arrays of the same shapes. It computes what
        `network` computes.
    """
    raise NotImplementedError("TODO: task 3")


def average_weights(networks: list[list[np.ndarray]]) -> list[np.ndarray]:
    """Averages the weights of several networks into one network.

    Each network is aligned to the first by `align`; then each weight is the mean of the weights that stand in its place, with
    the same share for every network.

    Args:
        networks: at least one network, all of the same shapes, as in `align`.

    Returns:
        A network, a list of four float arrays of the same shapes.
    """
    raise NotImplementedError("TODO: task 4")
