"""The definition word by word: does a row explore, what is drawn then, and which of the best is taken."""

import numpy as np


def action_probabilities(q, epsilon):
    probabilities = np.full(q.shape, epsilon / q.shape[1])
    for row, values in enumerate(q):
        best = np.flatnonzero(values == values.max())
        probabilities[row, best] += (1 - epsilon) / len(best)
    return probabilities


def epsilon_greedy(q, epsilon, generator):
    batch, num_actions = q.shape
    explores = generator.random(batch) < epsilon
    drawn = generator.integers(num_actions, size=batch)
    greedy = np.where(q == q.max(axis=1, keepdims=True), generator.random(q.shape), -1.0).argmax(axis=1)
    return np.where(explores, drawn, greedy)


def epsilon_at(step, start, end, decay_steps):
    return np.interp(step, [0, decay_steps], [start, end])
