"""Plain Python, and one uniform number a row that falls into one of the parts."""

from itertools import accumulate

import numpy as np


def action_probabilities(q, epsilon):
    result = []
    for values in q.tolist():
        best = max(values)
        share = (1 - epsilon) / values.count(best)
        result.append([epsilon / len(values) + (share if value == best else 0.0) for value in values])
    return np.array(result)


def epsilon_greedy(q, epsilon, generator):
    actions = []
    for row in action_probabilities(q, epsilon).tolist():
        chance = generator.random()
        parts = list(accumulate(row))
        actions.append(next((action for action, part in enumerate(parts) if chance < part), int(np.argmax(row))))
    return np.array(actions)


def epsilon_at(step, start, end, decay_steps):
    if step >= decay_steps:
        return end
    share = step / decay_steps
    return (1 - share) * start + share * end
