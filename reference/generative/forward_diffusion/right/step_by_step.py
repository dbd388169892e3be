"""Plain Python for the ratios, one image at a time, and Python's own random numbers; the variance is what is kept."""

import math
import random

import numpy as np


def linear_ratios(steps, first=1e-4, last=0.02):
    ratios = [1.0]
    for t in range(steps):
        variance = first + (last - first) * (t / (steps - 1) if steps > 1 else 0)
        ratios.append(ratios[-1] - ratios[-1] * variance)
    return ratios


def cosine_ratios(steps, offset=0.008):
    ratios = []
    for t in range(steps + 1):
        angle = math.pi * (t / steps + offset) / (1 + offset)
        ratios.append((1 + math.cos(angle)) / 2)
    return [ratio / ratios[0] for ratio in ratios]


def diffuse(images, ratios, noise):
    noisy = np.array(images, dtype=float)
    for index, ratio in enumerate(ratios):
        noisy[index] = math.sqrt(ratio) * noisy[index] + math.sqrt(1 - ratio) * noise[index]
    return noisy


def training_batch(images, ratios, seed):
    numbers = random.Random(seed)
    chosen = [float(ratios[numbers.randint(1, len(ratios) - 1)]) for _ in images]
    noise = np.reshape([numbers.gauss(0, 1) for _ in range(images.size)], images.shape)
    scaled = np.interp(images, [0, 255], [-1, 1])
    return diffuse(scaled, chosen, noise), chosen, noise
