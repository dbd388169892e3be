"""Latent directions: where an attribute lies in a latent space, and how well attributes are told apart there."""

import numpy as np


def attribute_direction(codes: np.ndarray, attribute: np.ndarray) -> np.ndarray:
    """Finds the direction in which codes gain an attribute.

    Y. Shen, J. Gu, X. Tang, B. Zhou, "Interpreting the Latent Space of GANs for Semantic Face Editing", CVPR 2020, section 3.1;
    section 4.5 of the notes. A hyperplane n · z = c separates the codes z with the attribute from those without it as well as a
    hyperplane can. The direction is its normal n, of length 1, on the side of the codes *with* the attribute. A step in any
    direction within the hyperplane leaves the attribute as it is, however strongly that direction is correlated with it
    in the codes.

    Any linear classifier with an intercept will do: logistic regression, linear discriminant analysis, least squares, a support
    vector machine.

    Args:
        codes: float array of shape `(samples, dims)`, at least 20 samples for each dimension. They are spread about any
            mean, normally or uniformly; each dimension has a standard deviation of its own, from 0.2 to 5, and
            dimensions may be correlated.
        attribute: bool array of shape `(samples,)`: whether the item of each code has the attribute. At least a tenth of
            them are True, and a tenth False. Codes near the hyperplane may lie on the wrong side of it.

    Returns:
        n, float array of shape `(dims,)`, of length 1.
    """
    raise NotImplementedError("TODO: task 1")


def orthogonalize(direction: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Changes a direction so that a step along it leaves other attributes as they are.

    Shen et al. 2020, section 3.2, "conditional manipulation". The result is what remains of `direction` when its projection
    onto the space spanned by all of `others` is taken away, made as long as 1 again. For one other direction n2 of length 1 it
    is n1 - (n1 · n2) n2, divided by its length.

    Args:
        direction: float array of shape `(dims,)`, of any length but 0. It does not lie in the span of `others`.
        others: float array of shape `(count, dims)`, count at least 1. Each row is a direction to be spared, of any length but
            0. They need not be orthogonal to each other, and one may be a combination of others, or occur twice.

    Returns:
        Float array of shape `(dims,)`, of length 1, and orthogonal to each of `others`.
    """
    raise NotImplementedError("TODO: task 2")


def mutual_information_gap(codes: np.ndarray, factors: np.ndarray, bins: int = 20) -> float:
    """Scores how well each factor of variation has one latent dimension to itself.

    R. T. Q. Chen, X. Li, R. Grosse, D. Duvenaud, "Isolating Sources of Disentanglement in Variational Autoencoders", NeurIPS
    2018, section 4.1. For the factor v_k, let z_(1) and z_(2) be the two latent dimensions that say most about it:

        MIG = mean over k of (I(z_(1); v_k) - I(z_(2); v_k)) / H(v_k)

    I is the mutual information, H the entropy, with the shares of the samples as probabilities: for two columns a and b

        H(a)    = - sum over the values of a of p(a) log p(a)
        I(a; b) = sum over the pairs that occur of p(a, b) log(p(a, b) / (p(a) p(b)))

    For this, each latent dimension is cut into `bins` intervals of equal width, from its own smallest value to its own
    largest, which belongs to the last interval. A dimension that never varies has all samples in one interval.

    Args:
        codes: float array of shape `(samples, dims)`, dims at least 2.
        factors: integer array of shape `(samples, count)`, count at least 1. Each column holds at least two different values,
            which may be any integers.
        bins: how many intervals, at least 1.

    Returns:
        The score, a number from 0 to 1; a NumPy number or an array of shape `()` will do as well.
    """
    raise NotImplementedError("TODO: task 3")
