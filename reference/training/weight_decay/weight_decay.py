"""Weight decay: large weights have to be worth their price."""

from collections.abc import Callable

import numpy as np
from keras import ops


def penalty(parameters: dict[str, np.ndarray], l1: float, l2: float) -> float:
    """Computes what the weights of a network add to its loss."""
    weights = [w for name, w in parameters.items() if not name.endswith("bias")]
    return sum(l1 * ops.sum(ops.abs(w)) + l2 * ops.sum(ops.square(w)) for w in weights)


def penalty_gradient(parameters: dict[str, np.ndarray], l1: float, l2: float) -> dict[str, np.ndarray]:
    """Differentiates the penalty with respect to each parameter."""
    return {
        name: ops.zeros_like(w) if name.endswith("bias") else l1 * ops.sign(w) + 2.0 * l2 * w
        for name, w in parameters.items()
    }


def step_with_penalty(
    parameters: dict[str, np.ndarray],
    gradients: dict[str, np.ndarray],
    direction: Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]],
    learning_rate: float,
    l1: float,
    l2: float,
) -> dict[str, np.ndarray]:
    """Takes one step of an optimizer on the loss plus the penalty."""
    slopes = penalty_gradient(parameters, l1, l2)
    steps = direction({name: gradient + slopes[name] for name, gradient in gradients.items()})
    return {name: w - learning_rate * steps[name] for name, w in parameters.items()}


def step_with_decay(
    parameters: dict[str, np.ndarray],
    gradients: dict[str, np.ndarray],
    direction: Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]],
    learning_rate: float,
    decay: float,
) -> dict[str, np.ndarray]:
    """Takes one step of an optimizer on the loss, and lets the weights decay separately (decoupled weight decay)."""
    steps = direction(gradients)
    rates = {name: 0.0 if name.endswith("bias") else decay for name in parameters}
    return {name: w - learning_rate * (steps[name] + rates[name] * w) for name, w in parameters.items()}
