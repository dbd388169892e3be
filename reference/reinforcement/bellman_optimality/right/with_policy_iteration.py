"""The optimum by policy iteration: a linear system for each policy, until no action is better."""

import numpy as np


def action_values(v, transition, reward, terminal, discount):
    return reward + discount * np.einsum("sat,t->sa", transition, v * ~terminal)


def backup(v, transition, reward, terminal, discount):
    return action_values(v, transition, reward, terminal, discount).max(axis=1) * ~terminal


def value_iteration(transition, reward, terminal, discount, tolerance):
    states = np.arange(len(terminal))
    policy = np.zeros(len(terminal), dtype=int)
    while True:
        system = np.eye(len(terminal)) - discount * transition[states, policy] * ~terminal
        v = np.linalg.solve(system, reward[states, policy])
        q = action_values(v, transition, reward, terminal, discount)
        if (q.max(axis=1) <= q[states, policy] + 1e-3 * tolerance * (1 - discount))[~terminal].all():
            return v * ~terminal
        policy = q.argmax(axis=1)


def greedy_policy(v, transition, reward, terminal, discount):
    return action_values(v, transition, reward, terminal, discount).argmax(axis=1)
