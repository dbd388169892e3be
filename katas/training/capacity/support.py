"""A family of models to try `capacity` on: polynomials, whose capacity is their degree."""

import numpy as np


def fit_polynomial(capacity, inputs, targets):
    """Fits a polynomial of degree `capacity` by least squares, and returns the function that predicts with it.

    Args:
        capacity: the degree, 0 or more.
        inputs: float array of shape `(samples, 1)`.
        targets: float array of shape `(samples,)`.

    Returns:
        A function that takes inputs of shape `(n, 1)` and returns predictions of shape `(n,)`.
    """
    coefficients = np.polynomial.polynomial.polyfit(np.ravel(inputs), targets, capacity)
    return lambda inputs: np.polynomial.polynomial.polyval(np.ravel(inputs), coefficients)
