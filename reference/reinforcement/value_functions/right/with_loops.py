"""Plain Python, and sweeps that use each new value at once."""

import numpy as np


def v_from_q(q, policy):
    return np.array([sum(p * value for p, value in zip(*rows, strict=True)) for rows in zip(policy, q, strict=True)])


def q_from_v(v, transition, reward, terminal, discount):
    q = np.zeros(reward.shape)
    for state, action in np.ndindex(reward.shape):
        q[state, action] = reward[state, action]
        for arrived, probability in enumerate(transition[state, action]):
            if not terminal[arrived]:
                q[state, action] += discount * probability * v[arrived]
    return q


def evaluate_policy(policy, transition, reward, terminal, discount):
    acts = [state for state in range(len(policy)) if not terminal[state]]
    v = np.zeros(len(policy))
    change = 1.0
    while change > 1e-7:
        change = 0.0
        for state in acts:
            expected = (policy[state] * (reward[state] + discount * transition[state] @ v)).sum()
            change = max(change, abs(expected - v[state]))
            v[state] = expected
    return v
