"""Distributional reinforcement learning: how likely each return is."""

import numpy as np


def greedy_actions(probs: np.ndarray, support: np.ndarray) -> np.ndarray:
    """Chooses the actions with the largest expected return.

    M. G. Bellemare, W. Dabney and R. Munos, "A Distributional Perspective on Reinforcement Learning", 2017, algorithm 1:

        action = argmax over a of  sum over i of  support[i] · probs[a, i]

    Args:
        probs: float array of shape `(batch, actions, atoms)`; each last axis adds up to 1.
        support: float array of shape `(atoms,)`, ascending.

    Returns:
        Integer array of shape `(batch,)`. On ties any of the best.
    """
    raise NotImplementedError("TODO: task 1")


def project(
    probs: np.ndarray, r_t: np.ndarray, terminated_t: np.ndarray, discount: float, support: np.ndarray
) -> np.ndarray:
    """Computes the distribution of the Bellman target on the atoms of the support.

    Bellemare et al. 2017, equation 7. With z_0 < ... < z_N-1 the support and Δz the distance of neighbours, atom j moves to

        Tz_j = r_t + discount · z_j,    or r_t alone if the step was terminated,    bounded to [z_0, z_N-1]

    and its probability is split between the neighbours of that place: atom i gets

        target[i] = sum over j of  max(0, 1 - |Tz_j - z_i| / Δz) · probs[j]

    Args:
        probs: float array of shape `(batch, atoms)`, the distribution of the next state's best action. It stays as it is.
        r_t: float array of shape `(batch,)`.
        terminated_t: bool array of shape `(batch,)`.
        discount: from 0 to 1.
        support: float array of shape `(atoms,)`, at least two, ascending and equally far apart.

    Returns:
        Float array of shape `(batch, atoms)`, each row adding up to 1.
    """
    raise NotImplementedError("TODO: task 2")


def cross_entropy(targets: np.ndarray, logits: np.ndarray) -> float:
    """Computes the cross-entropy of target distributions and predicted ones.

    Bellemare et al. 2017, section 4.2:

        mean over the batch of  - sum over i of  targets[i] · log softmax(logits)[i]

    Args:
        targets: float array of shape `(batch, atoms)`, each row adding up to 1.
        logits: float array of shape `(batch, atoms)`, with entries possibly as large as 1,000.

    Returns:
        A number.
    """
    raise NotImplementedError("TODO: task 3")
