"""Keras operations for the policies, and lists of numbers for the solver."""

import numpy as np
from keras import ops


def surrogate(log_probs, old_log_probs, advantages):
    return ops.mean(advantages * ops.exp(ops.subtract(log_probs, old_log_probs)))


def mean_kl(old_logits, logits):
    old = ops.log_softmax(ops.convert_to_tensor(old_logits, dtype="float64"))
    new = ops.log_softmax(ops.convert_to_tensor(logits, dtype="float64"))
    return ops.mean(ops.sum(ops.exp(old) * (old - new), axis=-1))


def dot(first, second):
    return sum(a * b for a, b in zip(first, second, strict=True))


def conjugate_gradient(product, b, iterations, tolerance):
    x, r, p = [0.0] * len(b), [float(entry) for entry in b], [float(entry) for entry in b]
    while iterations and dot(r, r) > tolerance**2:
        image = [float(entry) for entry in product(np.array(p))]
        before, alpha = dot(r, r), dot(r, r) / dot(p, image)
        x = [entry + alpha * step for entry, step in zip(x, p, strict=True)]
        r = [entry - alpha * step for entry, step in zip(r, image, strict=True)]
        p = [entry + dot(r, r) / before * step for entry, step in zip(r, p, strict=True)]
        iterations -= 1
    return np.array(x)


def trpo_step(theta, objective, kl, gradient, product, delta):
    x = conjugate_gradient(product, gradient, 10, 1e-8)
    size = float(x @ product(x))
    step = x * (2 * delta / size) ** 0.5 if size > 0 else 0 * x
    start, tries = objective(theta), 0
    while tries < 10 and not (kl(theta + step) <= delta and objective(theta + step) > start):
        step, tries = 0.8 * step, tries + 1
    return theta + step if tries < 10 else theta.copy()
