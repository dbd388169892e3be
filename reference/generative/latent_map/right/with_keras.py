"""Keras in float32: one weight for each point, which is cheap where points are few."""

from keras import ops


def fit_latent_map(source, target, l2=0.0):
    source, target = ops.cast(source, "float32"), ops.cast(target, "float32")
    source_mean, target_mean = ops.mean(source, axis=0), ops.mean(target, axis=0)
    centered = source - source_mean
    products = ops.matmul(centered, ops.transpose(centered))
    values, vectors = ops.eigh(products)
    is_there = values > 1e-5 * ops.max(values)
    inverse = ops.where(is_there, 1.0 / ops.where(is_there, values + l2, 1.0), 0.0)
    weights = ops.matmul(vectors * inverse, ops.matmul(ops.transpose(vectors), target - target_mean))
    matrix = ops.matmul(ops.transpose(centered), weights)
    return matrix, target_mean - ops.matmul(source_mean, matrix)


def translate(items, support, encode_source, encode_target, decode_target, l2=0.0):
    matrix, bias = fit_latent_map(encode_source(support), encode_target(support), l2)
    return decode_target(ops.matmul(ops.cast(encode_source(items), "float32"), matrix) + bias)
