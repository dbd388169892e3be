"""Baselines: what may be subtracted from a return."""

from collections.abc import Sequence

import numpy as np


def state_baseline(s_t: Sequence[int], return_t: Sequence[float], num_states: int) -> np.ndarray:
    """Averages the returns that have followed each state, over all its visits.

    Args:
        s_t: the states of the steps, of one episode or of many.
        return_t: the return of each of these steps.
        num_states: how many states there are.

    Returns:
        Float array of shape `(states,)`, 0 for a state that was never visited.
    """
    raise NotImplementedError("TODO: task 1")


def leave_one_out(returns: np.ndarray) -> np.ndarray:
    """Computes for each of several episodes a baseline from the others.

    W. Kool, H. van Hoof and M. Welling, "Buy 4 REINFORCE Samples, Get a Baseline for Free!", 2019:

        baseline[i] = mean of returns[j] over all j other than i

    Args:
        returns: float array of shape `(episodes,)`, at least two. It stays as it is.

    Returns:
        Float array of shape `(episodes,)`.
    """
    raise NotImplementedError("TODO: task 1")


def gradient_estimate(
    theta: np.ndarray, s_t: Sequence[int], a_t: Sequence[int], return_t: Sequence[float], baseline: np.ndarray
) -> np.ndarray:
    """Estimates the gradient of the expected return from one episode, with a baseline for each state.

    R. S. Sutton and A. G. Barto, "Reinforcement Learning: An Introduction", 2nd edition, 2018, equation 13.11, without
    discount:

        sum over t of  (return_t[t] - baseline[s_t[t]]) · ∇ log π(a_t[t]|s_t[t]),    π = softmax of each row of theta

    Args:
        theta: float array of shape `(states, actions)`. It stays as it is.
        s_t, a_t, return_t: state, action and return of each step, in the order of time.
        baseline: float array of shape `(states,)`.

    Returns:
        Float array of shape `(states, actions)`.
    """
    raise NotImplementedError("TODO: task 2")


def variance(logits: np.ndarray, q: np.ndarray, b: float) -> float:
    """Computes how much the estimate of the gradient varies in one state.

    With g(a) = (q[a] - b) · ∇ log π(a), the gradient with respect to the logits, and a drawn from π = softmax(logits):

        variance = E ‖g(a)‖² - ‖E g(a)‖²

    Args:
        logits: float array of shape `(actions,)`.
        q: float array of shape `(actions,)`, the value of each action.
        b: the baseline.

    Returns:
        A number, 0 or more up to rounding.
    """
    raise NotImplementedError("TODO: task 3")


def best_baseline(logits: np.ndarray, q: np.ndarray) -> float:
    """Computes the baseline with the least variance.

    E. Greensmith, P. L. Bartlett and J. Baxter, "Variance Reduction Techniques for Gradient Estimates in
    Reinforcement Learning", 2004:

        b = E [‖∇ log π(a)‖² · q[a]] / E [‖∇ log π(a)‖²]

    Args:
        logits, q: as for `variance`; at least two actions.

    Returns:
        A number.
    """
    raise NotImplementedError("TODO: task 3")
