"""ε-greedy exploration: mostly what looks best, sometimes anything."""

import numpy as np


def action_probabilities(q: np.ndarray, epsilon: float) -> np.ndarray:
    """Computes with which probability an ε-greedy agent takes each action.

    R. S. Sutton and A. G. Barto, "Reinforcement Learning: An Introduction", 2nd edition, 2018, section 5.4. With A
    actions, of which n share the largest value of the row:

        π(a|s) = epsilon / A + (1 - epsilon) / n    if q[s, a] is the largest value of the row
        π(a|s) = epsilon / A                        else

    Args:
        q: float array of shape `(batch, actions)`. It stays as it is.
        epsilon: from 0 to 1.

    Returns:
        Float array of shape `(batch, actions)`. Values are the largest only if they equal the maximum exactly.
    """
    raise NotImplementedError("TODO: task 1")


def epsilon_greedy(q: np.ndarray, epsilon: float, generator: np.random.Generator) -> np.ndarray:
    """Draws an action for each row, with the probabilities of `action_probabilities`.

    Args:
        q: float array of shape `(batch, actions)`. It stays as it is.
        epsilon: from 0 to 1. With 0 only actions with the largest value are drawn.
        generator: the only source of random numbers; which of its methods you call is up to you.

    Returns:
        Integer array of shape `(batch,)`, each row's draw independent of the others.
    """
    raise NotImplementedError("TODO: task 2")


def epsilon_at(step: int, start: float, end: float, decay_steps: int) -> float:
    """Computes ε after some steps of a linear schedule.

    V. Mnih et al., "Human-level control through deep reinforcement learning", Nature 518, 2015, methods:

        epsilon = start + (end - start) · step / decay_steps    for step < decay_steps
        epsilon = end                                           from then on

    Args:
        step: 0 or more, how many steps the agent has taken.
        start, end: from 0 to 1; either may be the larger one.
        decay_steps: at least 1.

    Returns:
        A number between `start` and `end`.
    """
    raise NotImplementedError("TODO: task 3")
