"""Fixed Q-targets: a second network that stands still while the first one learns."""

import keras
import numpy as np


def update_target(online: keras.Model, target: keras.Model, step: int, period: int) -> None:
    """Copies the online network into the target network after every `period` steps.

    V. Mnih et al., "Human-level control through deep reinforcement learning", Nature 518, 2015, algorithm 1:

        target <- online    if step > 0 and step is a multiple of period

    Args:
        online: the network that learns. It stays as it is.
        target: a network of the same architecture. It is changed in place: all its weights, those that are not trained
            (such as the averages of batch normalization) included. It shares no weight with `online`, before or after.
        step: 0 or more, how many steps the online network has learned.
        period: at least 1.
    """
    raise NotImplementedError("TODO: task 1")


def soft_update(online: keras.Model, target: keras.Model, tau: float) -> None:
    """Moves the target network a part of the way to the online network.

    T. P. Lillicrap et al., "Continuous control with deep reinforcement learning", 2016, algorithm 1, for every weight:

        target <- tau · online + (1 - tau) · target

    Args:
        online, target: as for `update_target`.
        tau: from 0, which changes nothing, to 1, which copies.
    """
    raise NotImplementedError("TODO: task 2")


def td_targets(
    target: keras.Model, r_t: np.ndarray, s_t: np.ndarray, terminated_t: np.ndarray, discount: float
) -> np.ndarray:
    """Computes what the online network is to learn from a batch of steps.

    Mnih et al. 2015, algorithm 1:

        y = r_t + discount · max over a of target(s_t)[a],    or r_t alone where the step was terminated

    Args:
        target: maps observations of shape `(batch, features)` to action values of shape `(batch, actions)`. It stays
            as it is; call it as it is in use, and not in training.
        r_t: float array of shape `(batch,)`, the rewards.
        s_t: float array of shape `(batch, features)`, the observations after the steps.
        terminated_t: bool array of shape `(batch,)`.
        discount: from 0 to 1.

    Returns:
        Float array of shape `(batch,)`.
    """
    raise NotImplementedError("TODO: task 3")
