"""NumPy in few lines; the best baseline as the minimum of a parabola through three variances."""

import numpy as np


def state_baseline(s_t, return_t, num_states):
    is_visit = np.array(s_t)[:, None] == np.arange(num_states)
    return is_visit.T @ np.array(return_t) / np.maximum(1, is_visit.sum(axis=0))


def leave_one_out(returns):
    count = len(returns)
    return (count * returns.mean() - returns) / (count - 1)


def probabilities(logits):
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def gradient_estimate(theta, s_t, a_t, return_t, baseline):
    s_t, a_t = np.array(s_t), np.array(a_t)
    advantages = np.array(return_t) - baseline[s_t]
    gradient = np.zeros(theta.shape)
    np.add.at(gradient, s_t, advantages[:, None] * (np.eye(theta.shape[1])[a_t] - probabilities(theta)[s_t]))
    return gradient


def variance(logits, q, b):
    policy = probabilities(logits)
    estimates = (q - b)[:, None] * (np.eye(len(q)) - policy)
    return policy @ (estimates**2).sum(axis=1) - ((policy @ estimates) ** 2).sum()


def best_baseline(logits, q):
    below, at, above = (variance(logits, q, b) for b in (-1.0, 0.0, 1.0))
    return (below - above) / (2 * (below - 2 * at + above))
