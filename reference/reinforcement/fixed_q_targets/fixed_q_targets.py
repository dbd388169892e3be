"""Fixed Q-targets: a second network that stands still while the first one learns."""

import keras
import numpy as np


def update_target(online: keras.Model, target: keras.Model, step: int, period: int) -> None:
    """Copies the online network into the target network after every `period` steps."""
    if step > 0 and step % period == 0:
        target.set_weights(online.get_weights())


def soft_update(online: keras.Model, target: keras.Model, tau: float) -> None:
    """Moves the target network a part of the way to the online network."""
    pairs = zip(online.get_weights(), target.get_weights(), strict=True)
    target.set_weights([tau * new + (1 - tau) * old for new, old in pairs])


def td_targets(
    target: keras.Model, r_t: np.ndarray, s_t: np.ndarray, terminated_t: np.ndarray, discount: float
) -> np.ndarray:
    """Computes what the online network is to learn from a batch of steps."""
    values = np.array(target(s_t, training=False))
    return r_t + discount * np.where(terminated_t, 0.0, values.max(axis=1))
