import numpy as np


def perceptron(inputs, weights, bias):
    return (inputs @ weights + bias >= 0).astype(int)


def gate(name):
    weights, bias = {"AND": ([1, 1], -1.5), "OR": ([1, 1], -0.5), "NAND": ([-1, -1], 1.5)}[name]
    return np.array(weights, dtype=float), bias
