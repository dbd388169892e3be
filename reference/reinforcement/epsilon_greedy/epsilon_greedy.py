"""ε-greedy exploration: mostly what looks best, sometimes anything.

NumPy only: nothing is learned here, so Keras would add nothing.
"""

import numpy as np


def action_probabilities(q: np.ndarray, epsilon: float) -> np.ndarray:
    """Computes with which probability an ε-greedy agent takes each action."""
    is_best = q == q.max(axis=1, keepdims=True)
    greedy = is_best / is_best.sum(axis=1, keepdims=True)
    return epsilon / q.shape[1] + (1 - epsilon) * greedy


def epsilon_greedy(q: np.ndarray, epsilon: float, generator: np.random.Generator) -> np.ndarray:
    """Draws an action for each row, with the probabilities of `action_probabilities`."""
    return np.array([generator.choice(q.shape[1], p=row) for row in action_probabilities(q, epsilon)])


def epsilon_at(step: int, start: float, end: float, decay_steps: int) -> float:
    """Computes ε after some steps of a linear schedule."""
    return start + (end - start) * min(step / decay_steps, 1.0)
