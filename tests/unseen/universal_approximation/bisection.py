"""Recursive bisection into cells, then plain Python loops."""

SOURCE = """
import numpy as np


def split(left, right, widest):
    if right - left <= widest:
        return [(left, right)]
    proposed_limit = (left + right) / 2
    return split(left, proposed_limit, widest) + split(proposed_limit, right, widest)


def approximate(f, a, b, lipschitz, epsilon):
    if lipschitz == 0:
        return np.zeros(0), np.zeros(0), np.zeros(0), float(f((a + b) / 2))
    cells = split(a, b, 1.98 * epsilon / lipschitz)
    heights = []
    for left, right in cells:
        heights.append(float(f((left + right) / 2)))
    w, c, v = [], [], []
    for j in range(1, len(cells)):
        left, right = cells[j]
        steep = 1000 / (right - left)
        w.append(steep)
        c.append(-steep * left)
        v.append(heights[j] - heights[j - 1])
    return np.array(w, dtype=float), np.array(c, dtype=float), np.array(v, dtype=float), heights[0]
"""

CHANGES = {
    "adds_heights_instead_of_differences": [("v.append(heights[j] - heights[j - 1])", "v.append(heights[j])")],
    "fixes_the_number_of_units": [("split(a, b, 1.98 * epsilon / lipschitz)", "split(a, b, (b - a) / 32)")],
    "forgets_the_length": [
        ("split(a, b, 1.98 * epsilon / lipschitz)", "split(a, b, (b - a) * 1.98 * epsilon / lipschitz)"),
    ],
    "forgets_the_output_bias": [("np.array(v, dtype=float), heights[0]", "np.array(v, dtype=float), 0.0")],
    "ignores_the_interval": [
        ("split(a, b, 1.98 * epsilon / lipschitz)", "split(0.0, 1.0, 1.98 * epsilon / (lipschitz * (b - a)))"),
        ("float(f((left + right) / 2))", "float(f(a + (b - a) * (left + right) / 2))"),
    ],
    "ignores_the_lipschitz_bound": [("split(a, b, 1.98 * epsilon / lipschitz)", "split(a, b, epsilon)")],
    "makes_steps_as_wide_as_a_cell": [("steep = 1000 / (right - left)", "steep = 1 / (right - left)")],
    "measures_the_error_at_the_knots": """
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z)) if z > 0 else np.exp(z) / (1 + np.exp(z))


def build(f, cells):
    heights = [float(f((left + right) / 2)) for left, right in cells]
    w, c, v = [], [], []
    for j in range(1, len(cells)):
        left, right = cells[j]
        steep = 1000 / (right - left)
        w.append(steep)
        c.append(-steep * left)
        v.append(heights[j] - heights[j - 1])
    return w, c, v, heights[0]


def approximate(f, a, b, lipschitz, epsilon):
    cells = [(a, (a + b) / 2), ((a + b) / 2, b)]
    while True:
        w, c, v, d = build(f, cells)
        finer, good = [], True
        for left, right in cells:
            x = (left + right) / 2
            answer = d + sum(vj * sigmoid(wj * x + cj) for wj, cj, vj in zip(w, c, v))
            if abs(answer - float(f(x))) > epsilon:
                good = False
                finer += [(left, x), (x, right)]
            else:
                finer.append((left, right))
        if good:
            return np.array(w, dtype=float), np.array(c, dtype=float), np.array(v, dtype=float), d
        cells = finer
""",
    "mirrors_the_steps": [("c.append(-steep * left)", "c.append(steep * left)")],
    "squares_the_number_of_units": [
        ("split(a, b, 1.98 * epsilon / lipschitz)", "split(a, b, (epsilon / lipschitz) ** 2 / (b - a))"),
    ],
    "steps_at_the_middles": [("c.append(-steep * left)", "c.append(-steep * (left + right) / 2)")],
    "steps_upwards_only": [
        (
            "v.append(heights[j] - heights[j - 1])",
            "v.append(max(heights[j], heights[j - 1]) - min(heights[j], heights[j - 1]))",
        ),
    ],
    "takes_shallow_steps": [("steep = 1000 / (right - left)", "steep = 200.0")],
    "takes_the_height_at_the_left_end": [("float(f((left + right) / 2))", "float(f(left))")],
}
