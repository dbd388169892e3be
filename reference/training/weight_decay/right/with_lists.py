"""Plain Python, one number at a time; what is returned are lists."""

import numpy as np


def penalty(parameters, l1, l2):
    total = 0
    for name, array in parameters.items():
        if not name.endswith("bias"):
            for w in array.ravel().tolist():
                total += l1 * abs(w) + l2 * w * w
    return total


def penalty_gradient(parameters, l1, l2):
    def slope(w):
        return 2 * l2 * w + (l1 if w > 0 else -l1 if w < 0 else 0)

    slopes = {}
    for name, array in parameters.items():
        numbers = [0.0 if name.endswith("bias") else slope(w) for w in array.flat]
        slopes[name] = np.reshape(numbers, array.shape).tolist()
    return slopes


def step_with_penalty(parameters, gradients, direction, learning_rate, l1, l2):
    slopes = penalty_gradient(parameters, l1, l2)
    steps = direction({name: np.add(gradients[name], slopes[name]).tolist() for name in parameters})
    return {name: np.subtract(w, np.multiply(learning_rate, steps[name])).tolist() for name, w in parameters.items()}


def step_with_decay(parameters, gradients, direction, learning_rate, decay):
    new = {}
    for name, steps in direction(gradients).items():
        new[name] = parameters[name] - np.multiply(learning_rate, steps)
        if not name.endswith("bias"):
            new[name] = new[name] - learning_rate * decay * parameters[name]
    return new
