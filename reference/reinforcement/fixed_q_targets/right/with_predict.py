"""Keras' own prediction, and lists of arrays."""

import numpy as np


def update_target(online, target, step, period):
    if step in range(period, step + 1, period):
        for new, old in zip(online.layers, target.layers, strict=True):
            old.set_weights(new.get_weights())


def soft_update(online, target, tau):
    weights = target.get_weights()
    for index, array in enumerate(online.get_weights()):
        weights[index] += tau * (array - weights[index])
    target.set_weights(weights)


def td_targets(target, r_t, s_t, terminated_t, discount):
    values = target.predict_on_batch(s_t)
    following = np.amax(values, axis=-1)
    following[terminated_t] = 0.0
    return r_t + discount * following
