import numpy as np


def momentum_step(weights, velocity, gradient, learning_rate, momentum):
    velocity = momentum * velocity - learning_rate * gradient
    return weights + velocity, velocity


def momentum_descent(gradient, start, learning_rate, momentum, steps):
    weights, velocity = np.array(start), np.zeros(len(start))
    path = [weights]
    for _ in range(steps):
        weights, velocity = momentum_step(weights, velocity, gradient(weights), learning_rate, momentum)
        path.append(weights)
    return np.stack(path)


def best_settings(flattest, steepest):
    low, high = np.sqrt(flattest), np.sqrt(steepest)
    return (2 / (high + low)) ** 2, ((high - low) / (high + low)) ** 2
