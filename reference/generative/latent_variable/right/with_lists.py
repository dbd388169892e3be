"""Plain Python, one number at a time: the logarithm of the sum grows term by term."""

import math
import random


def log_likelihood(inputs, means, std):
    return [[sum(log_normal(x, m, std) for x, m in zip(row, mean, strict=True)) for row in inputs] for mean in means]


def log_normal(value, mean, std):
    return -(((value - mean) / std) ** 2) / 2 - math.log(std * math.sqrt(2 * math.pi))


def log_evidence(log_likelihoods):
    evidence = []
    for column in zip(*log_likelihoods, strict=True):
        total = -math.inf
        for value in column:
            low, high = sorted([total, float(value)])
            total = high if low == -math.inf else high + math.log1p(math.exp(low - high))
        evidence.append(total - math.log(len(column)))
    return evidence


def estimate_log_evidence(inputs, generator, latent_dim, samples, std, seed):
    numbers = random.Random(seed)
    latents = [[numbers.gauss(0, 1) for _ in range(latent_dim)] for _ in range(samples)]
    return log_evidence(log_likelihood(inputs, generator(latents), std))
