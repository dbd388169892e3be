"""NumPy in few lines; the residual's square is kept from one iteration to the next."""

import numpy as np


def surrogate(log_probs, old_log_probs, advantages):
    return float((np.exp(log_probs - old_log_probs) * advantages).mean())


def log_softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def mean_kl(old_logits, logits):
    old = log_softmax(old_logits)
    new = log_softmax(logits)
    return float((np.exp(old) * (old - new)).sum(axis=-1).mean())


def conjugate_gradient(product, b, iterations, tolerance):
    x = np.zeros_like(b)
    r = b.copy()
    p = b.copy()
    rr = r @ r
    for _ in range(iterations):
        if np.sqrt(rr) <= tolerance:
            break
        hp = product(p)
        alpha = rr / (p @ hp)
        x += alpha * p
        r -= alpha * hp
        new_rr = r @ r
        p = r + new_rr / rr * p
        rr = new_rr
    return x


def trpo_step(theta, objective, kl, gradient, product, delta):
    if not np.any(gradient):
        return theta
    x = conjugate_gradient(product, gradient, 10, 1e-8)
    full = np.sqrt(2 * delta / (x @ product(x))) * x
    before = objective(theta)
    for j in range(10):
        candidate = theta + 0.8**j * full
        if kl(candidate) <= delta and objective(candidate) > before:
            return candidate
    return theta
