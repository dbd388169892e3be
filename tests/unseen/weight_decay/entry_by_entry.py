"""Entry by entry: small functions of one weight, applied to each number of each kernel in plain loops."""

SOURCE = """
import numpy as np


def pays(name):
    return not name.endswith("bias")


def price(w, l1, l2):
    return l1 * abs(w) + l2 * w * w


def pull(w, l1, l2):
    side = 0
    if w > 0:
        side = 1
    elif w < 0:
        side = -1
    return l1 * side + 2 * l2 * w


def penalty(parameters, l1, l2):
    total = 0.0
    for name in parameters:
        if pays(name):
            for w in parameters[name].ravel().tolist():
                total += price(w, l1, l2)
    return total


def penalty_gradient(parameters, l1, l2):
    pulls = {}
    for name, values in parameters.items():
        pulls[name] = np.zeros(values.shape)
        if pays(name):
            for place in np.ndindex(values.shape):
                pulls[name][place] = pull(float(values[place]), l1, l2)
    return pulls


def step_with_penalty(parameters, gradients, direction, learning_rate, l1, l2):
    pulls = penalty_gradient(parameters, l1, l2)
    way = direction({name: gradients[name] + pulls[name] for name in parameters})
    return {name: parameters[name] - learning_rate * way[name] for name in parameters}


def step_with_decay(parameters, gradients, direction, learning_rate, decay):
    way = direction(gradients)
    moved = {}
    for name, values in parameters.items():
        share = decay if pays(name) else 0.0
        moved[name] = values - learning_rate * way[name] - learning_rate * share * values
    return moved
"""

CHANGES = {
    "adds_the_penalty_behind_the_optimizer": [
        ("direction({name: gradients[name] + pulls[name] for name in parameters})", "direction(gradients)"),
        (
            "parameters[name] - learning_rate * way[name] for",
            "parameters[name] - learning_rate * (way[name] + pulls[name]) for",
        ),
    ],
    "adds_the_penalty_itself": [
        ("    pulls = penalty_gradient(parameters, l1, l2)\n", "    cost = penalty(parameters, l1, l2)\n"),
        ("gradients[name] + pulls[name]", "gradients[name] + cost"),
    ],
    "averages_over_the_weights": [
        ("total += price(w, l1, l2)", "total += price(w, l1, l2) / parameters[name].size"),
        ("pull(float(values[place]), l1, l2)", "pull(float(values[place]), l1, l2) / values.size"),
    ],
    "decays_after_the_step": [
        (
            "        moved[name] = values - learning_rate * way[name] - learning_rate * share * values\n",
            """        moved[name] = values - learning_rate * way[name]
        moved[name] = moved[name] * (1 - learning_rate * share)
""",
        ),
    ],
    "decays_the_biases": [("share = decay if pays(name) else 0.0", "share = decay")],
    "decays_through_the_gradient": [
        (
            """    way = direction(gradients)
    moved = {}
    for name, values in parameters.items():
        share = decay if pays(name) else 0.0
        moved[name] = values - learning_rate * way[name] - learning_rate * share * values
    return moved
""",
            """    slopes = {}
    for name, values in parameters.items():
        share = decay if pays(name) else 0.0
        slopes[name] = gradients[name] + share * values
    way = direction(slopes)
    return {name: parameters[name] - learning_rate * way[name] for name in parameters}
""",
        ),
    ],
    "decays_without_the_learning_rate": [("- learning_rate * share * values", "- share * values")],
    "doubles_the_decay": [("learning_rate * share * values", "learning_rate * 2 * share * values")],
    "forgets_the_factor_two": [("+ 2 * l2 * w\n", "+ l2 * w\n")],
    "halves_the_squares": [("+ l2 * w * w", "+ l2 * w * w / 2"), ("+ 2 * l2 * w\n", "+ l2 * w\n")],
    "lets_signs_cancel": [("l1 * abs(w)", "l1 * w")],
    "lets_the_weights_grow": [("- learning_rate * share * values", "+ learning_rate * share * values")],
    "penalises_the_biases": [
        (
            """        if pays(name):
            for w in parameters[name].ravel().tolist():
                total += price(w, l1, l2)
""",
            """        for w in parameters[name].ravel().tolist():
            total += price(w, l1, l2)
""",
        ),
        (
            """        if pays(name):
            for place in np.ndindex(values.shape):
                pulls[name][place] = pull(float(values[place]), l1, l2)
""",
            """        for place in np.ndindex(values.shape):
            pulls[name][place] = pull(float(values[place]), l1, l2)
""",
        ),
    ],
    "pulls_at_zero": [
        (
            "    side = 0\n    if w > 0:\n        side = 1\n    elif w < 0:\n        side = -1\n",
            "    side = 1 if w >= 0 else -1\n",
        )
    ],
    "shrinks_l1_in_proportion": [
        (
            "    side = 0\n    if w > 0:\n        side = 1\n    elif w < 0:\n        side = -1\n    return l1 * side +",
            "    return l1 * w +",
        )
    ],
    "squares_the_sum": [
        (
            """            for w in parameters[name].ravel().tolist():
                total += price(w, l1, l2)
""",
            """            sizes = total_weight = 0.0
            for w in parameters[name].ravel().tolist():
                sizes += abs(w)
                total_weight += w
            total += l1 * sizes + l2 * total_weight**2
""",
        ),
    ],
    "takes_the_root": [
        (
            """    total = 0.0
    for name in parameters:
        if pays(name):
            for w in parameters[name].ravel().tolist():
                total += price(w, l1, l2)
    return total
""",
            """    sizes = squares = 0.0
    for name in parameters:
        if pays(name):
            for w in parameters[name].ravel().tolist():
                sizes += abs(w)
                squares += w * w
    return l1 * sizes + l2 * squares**0.5
""",
        ),
    ],
}
