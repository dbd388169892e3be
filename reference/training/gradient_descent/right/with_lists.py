"""Plain Python, one number at a time."""

import math

import numpy as np


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    point = list(start)
    path = [point]
    while len(path) <= max_steps:
        slope = list(gradient(np.array(point)))
        if math.hypot(*slope) <= tolerance:
            return path
        point = [weight - learning_rate * component for weight, component in zip(point, slope, strict=True)]
        path.append(point)
    return path


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    def gradient(weights):
        slope = [0.0] * len(weights)
        for sample, target in zip(inputs, targets, strict=True):
            error = sum(weight * feature for weight, feature in zip(weights, sample, strict=True)) - target
            for axis, feature in enumerate(sample):
                slope[axis] += 2 * error * feature / len(inputs)
        return slope

    return gradient_descent(gradient, [0.0] * inputs.shape[1], learning_rate, tolerance, max_steps)
