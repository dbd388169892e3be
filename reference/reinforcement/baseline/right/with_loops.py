"""Plain Python, sum by sum."""

import math

import numpy as np


def state_baseline(s_t, return_t, num_states):
    found = [[returned for state, returned in zip(s_t, return_t, strict=True) if state == s] for s in range(num_states)]
    return np.array([sum(returns) / len(returns) if returns else 0.0 for returns in found])


def leave_one_out(returns):
    values = returns.tolist()
    others = [values[:index] + values[index + 1 :] for index in range(len(values))]
    return np.array([sum(rest) / len(rest) for rest in others])


def softmax(logits):
    exponentials = [math.exp(logit - max(logits)) for logit in logits]
    return [exponential / sum(exponentials) for exponential in exponentials]


def gradient_estimate(theta, s_t, a_t, return_t, baseline):
    gradient = np.zeros(theta.shape)
    for step, state in enumerate(s_t):
        more = return_t[step] - baseline[state]
        for action, probability in enumerate(softmax(theta[state].tolist())):
            gradient[state, action] += more * ((action == a_t[step]) - probability)
    return gradient


def squares(policy):
    return [1 - 2 * probability + sum(other**2 for other in policy) for probability in policy]


def variance(logits, q, b):
    policy = softmax(logits.tolist())
    second = sum(p * square * (value - b) ** 2 for p, square, value in zip(policy, squares(policy), q, strict=True))
    expected = sum(p * value for p, value in zip(policy, q, strict=True))
    mean = [p * (value - expected) for p, value in zip(policy, q, strict=True)]
    return second - sum(entry**2 for entry in mean)


def best_baseline(logits, q):
    policy = softmax(logits.tolist())
    weights = [p * square for p, square in zip(policy, squares(policy), strict=True)]
    return sum(weight * value for weight, value in zip(weights, q, strict=True)) / sum(weights)
