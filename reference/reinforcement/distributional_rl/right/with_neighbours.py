"""The neighbours of each place by rounding down and up, as in the paper's algorithm."""

import numpy as np


def greedy_actions(probs, support):
    return np.argmax(np.sum(probs * support, axis=2), axis=1)


def project(probs, r_t, terminated_t, discount, support):
    target = np.zeros(probs.shape)
    step = support[1] - support[0]
    for row, (reward, terminated) in enumerate(zip(r_t, terminated_t, strict=True)):
        shrink = 0.0 if terminated else discount
        places = np.clip(reward + shrink * support, support[0], support[-1])
        position = (places - support[0]) / step
        lower = np.minimum(np.floor(position).astype(int), len(support) - 2)
        upper_share = position - lower
        np.add.at(target[row], lower, probs[row] * (1 - upper_share))
        np.add.at(target[row], lower + 1, probs[row] * upper_share)
    return target


def cross_entropy(targets, logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -(targets * log_probs).sum() / len(targets)
