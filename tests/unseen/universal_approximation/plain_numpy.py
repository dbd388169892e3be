"""Plain NumPy, all units at once."""

SOURCE = """
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
"""

CHANGES = {
    "adds_heights_instead_of_differences": [("np.diff(heights)", "heights[1:]")],
    "fixes_the_number_of_units": [
        ("max(1, int(np.ceil(lipschitz * (b - a) / (1.8 * epsilon))))", "50"),
    ],
    "forgets_the_length": [("lipschitz * (b - a) / (1.8 * epsilon)", "lipschitz / (1.8 * epsilon)")],
    "forgets_the_output_bias": [("output_weights, heights[0]", "output_weights, 0.0")],
    "ignores_the_interval": [
        ("np.linspace(a, b, number_of_cells + 1)", "np.linspace(0.0, 1.0, number_of_cells + 1)"),
        ("500.0 * number_of_cells / (b - a)", "500.0 * number_of_cells"),
    ],
    "ignores_the_lipschitz_bound": [("lipschitz * (b - a) / (1.8 * epsilon)", "(b - a) / epsilon")],
    "makes_steps_as_wide_as_a_cell": [("500.0 * number_of_cells / (b - a)", "number_of_cells / (b - a)")],
    "measures_the_error_at_the_knots": """
import numpy as np


def build(f, a, b, cells):
    edges = np.linspace(a, b, cells + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    heights = f(middles)
    w = np.full(cells - 1, 500.0 * cells / (b - a))
    return middles, (w, -w * edges[1:-1], np.diff(heights), heights[0])


def evaluate(network, x):
    w, c, v, d = network
    z = np.clip(w * x[:, None] + c, -500.0, 500.0)
    return d + (v / (1 + np.exp(-z))).sum(axis=1)


def approximate(f, a, b, lipschitz, epsilon):
    cells = 1
    knots, network = build(f, a, b, cells)
    while np.max(np.abs(evaluate(network, knots) - f(knots))) > epsilon:
        cells += 1
        knots, network = build(f, a, b, cells)
    return network
""",
    "mirrors_the_steps": [("-hidden_weights * places", "hidden_weights * places")],
    "squares_the_number_of_units": [
        ("np.ceil(lipschitz * (b - a) / (1.8 * epsilon))", "np.ceil((lipschitz * (b - a) / epsilon) ** 2)"),
    ],
    "steps_at_the_middles": [("places = edges[1:-1]", "places = ((edges[:-1] + edges[1:]) / 2)[1:]")],
    "steps_upwards_only": [("np.diff(heights)", "np.abs(np.diff(heights))")],
    "takes_shallow_steps": [("500.0 * number_of_cells / (b - a)", "100.0")],
    "takes_the_height_at_the_left_end": [("f((edges[:-1] + edges[1:]) / 2)", "f(edges[:-1])")],
}
