"""Trust region policy optimization: a step as long as a divergence allows."""

from collections.abc import Callable

import numpy as np


def surrogate(log_probs: np.ndarray, old_log_probs: np.ndarray, advantages: np.ndarray) -> float:
    """Computes the surrogate advantage of a new policy, estimated from what the old policy did.

    J. Schulman et al., "Trust Region Policy Optimization", 2015, equation 14:

        L = mean over the batch of  π(a|s) / π_old(a|s) · advantage

    Args:
        log_probs: float array of shape `(batch,)`, the new policy's log-probability of each action that was taken.
        old_log_probs: float array of shape `(batch,)`, the old policy's.
        advantages: float array of shape `(batch,)`, used as they are.

    Returns:
        A number, to be maximised.
    """
    raise NotImplementedError("TODO: task 1")


def mean_kl(old_logits: np.ndarray, logits: np.ndarray) -> float:
    """Computes the divergence D(old ‖ new) of two policies, averaged over states.

    Schulman et al. 2015, section 5:

        mean over the states s of  sum over a of  p_old(a|s) · log(p_old(a|s) / p_new(a|s))

    Args:
        old_logits: float array of shape `(batch, actions)`: softmax over a row gives the old policy in one state. Finite,
            but possibly as large as 1,000.
        logits: the same for the new policy.

    Returns:
        A number, 0 or more up to rounding.
    """
    raise NotImplementedError("TODO: task 1")


def conjugate_gradient(
    product: Callable[[np.ndarray], np.ndarray], b: np.ndarray, iterations: int, tolerance: float
) -> np.ndarray:
    """Solves H x = b by conjugate gradients, from x = 0.

    M. R. Hestenes and E. Stiefel, "Methods of Conjugate Gradients for Solving Linear Systems", 1952. With x = 0 and
    r = p = b, each iteration computes

        alpha = rᵀr / pᵀH p
        x <- x + alpha · p
        r' = r - alpha · H p
        p <- r' + (r'ᵀr' / rᵀr) · p,    r <- r'

    Args:
        product: returns H v for a float array v of shape `(n,)`. H is symmetric and positive semidefinite, and H x = b has
            a solution. It is expensive, and called once an iteration.
        b: float array of shape `(n,)`, possibly all zeros. It stays as it is.
        iterations: at least 1, the most that are done.
        tolerance: greater than 0. No further iteration begins once the Euclidean norm of r is at most this.

    Returns:
        Float array of shape `(n,)`.
    """
    raise NotImplementedError("TODO: task 2")


def trpo_step(
    theta: np.ndarray,
    objective: Callable[[np.ndarray], float],
    kl: Callable[[np.ndarray], float],
    gradient: np.ndarray,
    product: Callable[[np.ndarray], np.ndarray],
    delta: float,
) -> np.ndarray:
    """Makes one update of the parameters of a policy.

    Schulman et al. 2015, appendix C. With x = conjugate_gradient(product, gradient, 10, 1e-8):

        full = sqrt(2 · delta / xᵀH x) · x
        candidates  theta + 0.8^j · full,   j = 0, 1, ..., 9

    The first candidate with kl <= delta *and* an objective above that of `theta` is the update. If none of the ten is, or if
    the gradient is 0, the parameters stay.

    Args:
        theta: float64 array of shape `(n,)`, the old parameters. They stay as they are.
        objective: returns the surrogate advantage for parameters of shape `(n,)`; it is to grow.
        kl: returns the mean divergence of the policy with these parameters from the old one.
        gradient: float array of shape `(n,)`, that of `objective` at `theta`.
        product: returns H v, where H is the second derivative of `kl` at `theta`.
        delta: greater than 0, the largest divergence.

    Returns:
        Float array of shape `(n,)`, the new parameters.
    """
    raise NotImplementedError("TODO: task 3")
