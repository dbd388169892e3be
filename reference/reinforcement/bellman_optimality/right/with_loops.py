"""Plain Python, and sweeps that use each new value at once."""

import numpy as np


def action_value(v, transition, reward, terminal, discount, state, action):
    worth = reward[state, action]
    for arrived, probability in enumerate(transition[state, action]):
        if not terminal[arrived]:
            worth += discount * probability * v[arrived]
    return worth


def backup(v, transition, reward, terminal, discount):
    new = np.zeros(len(v))
    for state in np.flatnonzero(~terminal):
        actions = range(reward.shape[1])
        new[state] = max(action_value(v, transition, reward, terminal, discount, state, action) for action in actions)
    return new


def value_iteration(transition, reward, terminal, discount, tolerance):
    v = np.zeros(len(terminal))
    change = np.inf
    while change > tolerance * (1 - discount):
        change = 0.0
        for state in np.flatnonzero(~terminal):
            new = (reward[state] + discount * transition[state] @ v).max()
            change = max(change, abs(new - v[state]))
            v[state] = new
    return v


def greedy_policy(v, transition, reward, terminal, discount):
    worth = np.array(
        [
            [
                action_value(v, transition, reward, terminal, discount, state, action)
                for action in range(reward.shape[1])
            ]
            for state in range(len(v))
        ]
    )
    return worth.argmax(axis=1)
