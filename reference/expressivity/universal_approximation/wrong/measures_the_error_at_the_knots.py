"""The error is measured at the knots only.

Units are added until the network agrees with f at the points to which it was fitted. It does so at once, and between
them it may be anywhere. Choose the distance of the points from the Lipschitz bound, which says what f can do between
them.
"""

import numpy as np


def approximate(f, a, b, lipschitz, epsilon):
    units = 4
    while True:
        knots = np.linspace(a, b, units + 1)
        values = np.asarray(f(knots))
        weights = np.full(units, 10 * units / (b - a))
        biases = -weights * (knots[:-1] + knots[1:]) / 2
        hidden = 1 / (1 + np.exp(-(np.outer(knots, weights) + biases)))
        solution = np.linalg.lstsq(np.column_stack([hidden, np.ones(units + 1)]), values, rcond=None)[0]
        fitted = hidden @ solution[:-1] + solution[-1]
        if np.max(np.abs(fitted - values)) <= epsilon:
            return weights, biases, solution[:-1], solution[-1]
        units *= 2
