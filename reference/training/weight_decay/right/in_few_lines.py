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
        slopes[name] = np.zeros_like(w) if name.endswith("bias") else l1 * np.sign(w) + 2 * l2 * w
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
