"""Entry by entry: small functions of one weight, applied to each number of each kernel in plain loops."""

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
