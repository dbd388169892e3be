"""NumPy: a mask of zeros and ones says who pays; the penalty is a product of vectors."""

import numpy as np


def pays(name):
    return float(not name.endswith("bias"))


def penalty(parameters, l1, l2):
    flat = {name: np.asarray(w, dtype=float).ravel() for name, w in parameters.items()}
    return float(sum(pays(name) * (l1 * np.linalg.norm(w, 1) + l2 * w.dot(w)) for name, w in flat.items()))


def penalty_gradient(parameters, l1, l2):
    return {
        name: pays(name) * (l1 * ((w > 0).astype(float) - (w < 0)) + l2 * (w + w)) for name, w in parameters.items()
    }


def step_with_penalty(parameters, gradients, direction, learning_rate, l1, l2):
    total = penalty_gradient(parameters, l1, l2)
    for name, gradient in gradients.items():
        total[name] = np.add(total[name], gradient)
    steps = direction(total)
    return {name: parameters[name] - learning_rate * np.array(steps[name]) for name in steps}


def step_with_decay(parameters, gradients, direction, learning_rate, decay):
    steps = direction(gradients)
    shares = {name: 1 - learning_rate * decay * pays(name) for name in parameters}
    return {name: shares[name] * parameters[name] - learning_rate * np.array(steps[name]) for name in parameters}
