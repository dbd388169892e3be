"""Plain NumPy: a for loop that appends to a list, and the gradient as a product of matrices."""

SOURCE = """
import numpy as np


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    point = np.array(start, dtype=float)
    path = [point]
    for _ in range(max_steps):
        slope = np.asarray(gradient(point))
        if np.linalg.norm(slope) <= tolerance:
            break
        point = point - learning_rate * slope
        path.append(point)
    return np.array(path)


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    samples, features = inputs.shape

    def gradient(weights):
        errors = inputs @ weights - targets
        return 2.0 * inputs.T @ errors / samples

    return gradient_descent(gradient, np.zeros(features), learning_rate, tolerance, max_steps)
"""

CHANGES = {
    "climbs_the_loss": [("point - learning_rate * slope", "point + learning_rate * slope")],
    "compares_the_largest_component": [("np.linalg.norm(slope) <= tolerance", "np.all(np.abs(slope) <= tolerance)")],
    "compares_the_squared_norm": [("np.linalg.norm(slope) <= tolerance", "np.sum(slope**2) <= tolerance")],
    "computes_the_gradient_twice": [
        ("        slope = np.asarray(gradient(point))\n", ""),
        ("np.linalg.norm(slope)", "np.linalg.norm(gradient(point))"),
        ("point - learning_rate * slope", "point - learning_rate * gradient(point)"),
    ],
    "forgets_the_factor_two": [("2.0 * inputs.T @ errors", "inputs.T @ errors")],
    "leaves_out_the_last_point": [
        ("path = [point]", "path = []"),
        ("    for _ in range(max_steps):\n", "    for _ in range(max_steps):\n        path.append(point)\n"),
        ("learning_rate * slope\n        path.append(point)\n", "learning_rate * slope\n"),
    ],
    "leaves_out_the_start": [("path = [point]", "path = []")],
    "needs_less_than_the_tolerance": [("<= tolerance", "< tolerance")],
    "repeats_the_last_point": [("point = point - learning_rate * slope", "point -= learning_rate * slope")],
    "reuses_the_first_gradient": [
        (
            "    for _ in range(max_steps):\n",
            "    slope = np.asarray(gradient(point))\n    for _ in range(max_steps):\n",
        ),
        ("        slope = np.asarray(gradient(point))\n        if", "        if"),
    ],
    "stops_on_small_steps": [("np.linalg.norm(slope)", "np.linalg.norm(learning_rate * slope)")],
    "stops_on_the_loss": [
        (
            "    return gradient_descent(gradient, np.zeros(features), learning_rate, tolerance, max_steps)\n",
            """
    weights = np.zeros(features)
    path = [weights]
    for _ in range(max_steps):
        if np.mean((inputs @ weights - targets) ** 2) <= tolerance:
            break
        weights = weights - learning_rate * gradient(weights)
        path.append(weights)
    return np.array(path)
""",
        )
    ],
    "sums_over_the_batch": [("inputs.T @ errors / samples", "inputs.T @ errors")],
    "takes_one_step_too_many": [
        ("        if np.linalg.norm(slope) <= tolerance:\n            break\n", ""),
        (
            "        path.append(point)\n",
            "        path.append(point)\n        if np.linalg.norm(slope) <= tolerance:\n            break\n",
        ),
    ],
    "takes_steps_of_fixed_length": [("learning_rate * slope", "learning_rate * slope / np.linalg.norm(slope)")],
    "uses_one_sample_a_step": [
        (
            """
    def gradient(weights):
        errors = inputs @ weights - targets
        return 2.0 * inputs.T @ errors / samples

    return gradient_descent(gradient, np.zeros(features), learning_rate, tolerance, max_steps)
""",
            """
    weights = np.zeros(features)
    path = [weights]
    for step in range(max_steps):
        x = inputs[step % samples]
        y = targets[step % samples]
        slope = 2.0 * (x @ weights - y) * x
        if np.linalg.norm(slope) <= tolerance:
            break
        weights = weights - learning_rate * slope
        path.append(weights)
    return np.array(path)
""",
        )
    ],
    "waits_for_a_zero_gradient": [("np.linalg.norm(slope) <= tolerance", "np.linalg.norm(slope) == 0")],
}
