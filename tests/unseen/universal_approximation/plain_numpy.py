"""Plain NumPy, all units at once."""

import numpy as np


def approximate(f, a, b, lipschitz, epsilon):
    # The proposed_limit of a cell is half a width away from its ends; stay a little below epsilon.
    number_of_cells = max(1, int(np.ceil(lipschitz * (b - a) / (1.8 * epsilon))))
    edges = np.linspace(a, b, number_of_cells + 1)
    heights = f((edges[:-1] + edges[1:]) / 2)
    places = edges[1:-1]

    hidden_weights = np.full(len(places), 500.0 * number_of_cells / (b - a))
    hidden_biases = -hidden_weights * places
    output_weights = np.diff(heights)
    return hidden_weights, hidden_biases, output_weights, heights[0]
