"""Mini-batch SGD: many rough steps for the price of one exact step."""

from collections.abc import Callable
from collections.abc import Iterator

import numpy as np
from keras import ops


def minibatches(
    inputs: np.ndarray, targets: np.ndarray, batch_size: int, generator: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Deals the samples of one epoch into batches, in a random order."""
    order = generator.permutation(len(inputs))
    for begin in range(0, len(order), batch_size):
        batch = order[begin : begin + batch_size]
        yield inputs[batch], targets[batch]


def batch_gradient(weights: np.ndarray, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Differentiates the mean squared error of a linear model on a batch."""
    errors = ops.matmul(inputs, weights) - targets
    return 2.0 / len(inputs) * ops.matmul(errors, inputs)


def stochastic_gradient_descent(
    gradient: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
    start: np.ndarray,
    inputs: np.ndarray,
    targets: np.ndarray,
    batch_size: int,
    learning_rate: float,
    epochs: int,
    generator: np.random.Generator,
) -> np.ndarray:
    """Descends a loss with a step after each batch, and keeps every point on the way."""
    path = [ops.convert_to_tensor(start)]
    for _ in range(epochs):
        for batch in minibatches(inputs, targets, batch_size, generator):
            path.append(path[-1] - learning_rate * gradient(path[-1], *batch))
    return ops.stack(path)
