"""Latent map: from the codes of one model to those of another."""

import numpy as np


def fit_latent_map(source, target, l2=0.0):
    """Fits an affine map that takes the codes of one model to those of another."""
    source = np.asarray(source, dtype="float64")
    target = np.asarray(target, dtype="float64")
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    x, y = source - source_mean, target - target_mean
    if l2 > 0:
        dims = x.shape[1]
        x = np.concatenate([x, np.sqrt(l2) * np.eye(dims)])
        y = np.concatenate([y, np.zeros((dims, y.shape[1]))])
    matrix = np.linalg.lstsq(x, y, rcond=None)[0]
    bias = target_mean - source_mean @ matrix
    return matrix, bias


def translate(items, support, encode_source, encode_target, decode_target, l2=0.0):
    """Shows items as another model sees them: they pass from its latent space to that of the other."""
    matrix, bias = fit_latent_map(encode_source(support), encode_target(support), l2)
    codes = np.asarray(encode_source(items)) @ matrix + bias
    return decode_target(codes)
