"""One principal direction of the source after the other, each with the part of the target that goes with it."""

import numpy as np


def fit_latent_map(source, target, l2=0.0):
    center = sum(source) / len(source)
    left, sizes, directions = np.linalg.svd(source - center, full_matrices=False)
    matrix = np.zeros((source.shape[1], target.shape[1]))
    for component, size, direction in zip(left.T, sizes, directions, strict=True):
        if size > 1e-6 * sizes[0]:
            matrix += np.outer(direction, component @ target) * size / (size**2 + l2)
    return matrix, np.mean(target - source @ matrix, axis=0)


def translate(items, support, encode_source, encode_target, decode_target, l2=0.0):
    matrix, bias = fit_latent_map(np.asarray(encode_source(support)), np.asarray(encode_target(support)), l2)
    return decode_target(np.stack([np.asarray(code) @ matrix + bias for code in encode_source(items)]))
