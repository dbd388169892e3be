"""A walker object keeps the state; plain numbers for the tuning, by the share that the ends of the range leave."""

from math import sqrt

import numpy as np


def momentum_step(weights, velocity, gradient, learning_rate, momentum):
    velocity = np.multiply(momentum, velocity) - np.multiply(learning_rate, gradient)
    return np.add(weights, velocity), velocity


class Walker:
    def __init__(self, gradient, start, learning_rate, momentum):
        self.gradient = gradient
        self.settings = learning_rate, momentum
        self.place = np.array(start, dtype=float)
        self.speed = np.zeros_like(self.place)

    def walk(self):
        slope = self.gradient(self.place)
        self.place, self.speed = momentum_step(self.place, self.speed, slope, *self.settings)
        return self.place


def momentum_descent(gradient, start, learning_rate, momentum, steps):
    walker = Walker(gradient, start, learning_rate, momentum)
    path = np.empty((steps + 1, len(start)))
    path[0] = start
    for t in range(steps):
        path[t + 1] = walker.walk()
    return path


def best_settings(flattest, steepest):
    ratio = sqrt(steepest / flattest)
    share = (ratio - 1) / (ratio + 1)
    momentum = share * share
    learning_rate = 2 * (1 + momentum) / (flattest + steepest)
    return learning_rate, momentum
