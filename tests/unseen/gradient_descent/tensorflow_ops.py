"""TensorFlow: tensors in a while loop, and the gradient of the loss from a tape."""

SOURCE = """
import numpy as np
import tensorflow as tf


def gradient_descent(gradient, start, learning_rate, tolerance, max_steps):
    points = [tf.constant(start, dtype=tf.float64)]
    steps = 0
    while steps < max_steps:
        slope = tf.constant(gradient(points[-1].numpy()), dtype=tf.float64)
        if tf.norm(slope) <= tolerance:
            break
        points.append(points[-1] - learning_rate * slope)
        steps += 1
    return tf.stack(points).numpy()


def fit_linear_model(inputs, targets, learning_rate, tolerance, max_steps):
    inputs = tf.constant(inputs, dtype=tf.float64)
    targets = tf.constant(targets, dtype=tf.float64)

    def mean_squared_error(weights):
        errors = tf.linalg.matvec(inputs, weights) - targets
        return tf.reduce_mean(tf.square(errors))

    def gradient(weights):
        weights = tf.constant(weights, dtype=tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss = mean_squared_error(weights)
        return tape.gradient(loss, weights).numpy()

    start = np.zeros(inputs.shape[1])
    return gradient_descent(gradient, start, learning_rate, tolerance, max_steps)
"""

CHANGES = {
    "climbs_the_loss": [("points[-1] - learning_rate * slope", "tf.add(points[-1], learning_rate * slope)")],
    "compares_the_largest_component": [("tf.norm(slope)", "tf.norm(slope, ord=np.inf)")],
    "compares_the_squared_norm": [("tf.norm(slope)", "tf.tensordot(slope, slope, 1)")],
    "computes_the_gradient_twice": [
        (
            "        points.append(points[-1] - learning_rate * slope)\n",
            """        slope = tf.constant(gradient(points[-1].numpy()), dtype=tf.float64)
        points.append(points[-1] - learning_rate * slope)
""",
        )
    ],
    "forgets_the_factor_two": [("tf.reduce_mean(tf.square(errors))", "0.5 * tf.reduce_mean(tf.square(errors))")],
    "leaves_out_the_last_point": [
        (
            """    points = [tf.constant(start, dtype=tf.float64)]
    steps = 0
    while steps < max_steps:
        slope = tf.constant(gradient(points[-1].numpy()), dtype=tf.float64)
        if tf.norm(slope) <= tolerance:
            break
        points.append(points[-1] - learning_rate * slope)
        steps += 1
    return tf.stack(points).numpy()
""",
            """    point = tf.constant(start, dtype=tf.float64)
    points = tf.TensorArray(tf.float64, size=0, dynamic_size=True, element_shape=point.shape)
    steps = 0
    while steps < max_steps:
        points = points.write(steps, point)
        slope = tf.constant(gradient(point.numpy()), dtype=tf.float64)
        if tf.norm(slope) <= tolerance:
            break
        point = point - learning_rate * slope
        steps += 1
    return points.stack().numpy()
""",
        )
    ],
    "leaves_out_the_start": [("tf.stack(points).numpy()", "tf.stack(points).numpy()[1:]")],
    "needs_less_than_the_tolerance": [("tf.norm(slope) <= tolerance", "tf.less(tf.norm(slope), tolerance)")],
    "repeats_the_last_point": [
        (
            "    points = [tf.constant(start, dtype=tf.float64)]\n",
            "    point = tf.Variable(start, dtype=tf.float64)\n    points = [point]\n",
        ),
        ("gradient(points[-1].numpy())", "gradient(point.numpy())"),
        (
            "        points.append(points[-1] - learning_rate * slope)\n",
            "        point.assign_sub(learning_rate * slope)\n        points.append(point)\n",
        ),
    ],
    "reuses_the_first_gradient": [
        (
            """    steps = 0
    while steps < max_steps:
        slope = tf.constant(gradient(points[-1].numpy()), dtype=tf.float64)
""",
            """    slope = tf.constant(gradient(points[0].numpy()), dtype=tf.float64)
    steps = 0
    while steps < max_steps:
""",
        )
    ],
    "stops_on_small_steps": [
        (
            """        if tf.norm(slope) <= tolerance:
            break
        points.append(points[-1] - learning_rate * slope)
""",
            """        update = -learning_rate * slope
        if tf.norm(update) <= tolerance:
            break
        points.append(points[-1] + update)
""",
        )
    ],
    "stops_on_the_loss": [
        (
            """    def gradient(weights):
        weights = tf.constant(weights, dtype=tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss = mean_squared_error(weights)
        return tape.gradient(loss, weights).numpy()

    start = np.zeros(inputs.shape[1])
    return gradient_descent(gradient, start, learning_rate, tolerance, max_steps)
""",
            """    weights = tf.Variable(tf.zeros(inputs.shape[1], dtype=tf.float64))
    path = [np.zeros(inputs.shape[1])]
    for _ in range(max_steps):
        with tf.GradientTape() as tape:
            loss = mean_squared_error(weights)
        if abs(float(loss)) <= tolerance:
            break
        weights.assign_sub(learning_rate * tape.gradient(loss, weights))
        path.append(weights.numpy().copy())
    return np.stack(path)
""",
        )
    ],
    "sums_over_the_batch": [("tf.reduce_mean(tf.square(errors))", "tf.reduce_sum(tf.square(errors))")],
    "takes_one_step_too_many": [
        (
            "    steps = 0\n    while steps < max_steps:\n",
            "    steps, flat = 0, False\n    while steps < max_steps and not flat:\n",
        ),
        (
            "        if tf.norm(slope) <= tolerance:\n            break\n",
            "        flat = tf.norm(slope) <= tolerance\n",
        ),
    ],
    "takes_steps_of_fixed_length": [("learning_rate * slope)", "learning_rate * tf.linalg.normalize(slope)[0])")],
    "uses_one_sample_a_step": [
        (
            "    def mean_squared_error(weights):\n        errors = tf.linalg.matvec(inputs, weights) - targets\n",
            """    random = np.random.default_rng(0)

    def mean_squared_error(weights):
        i = int(random.integers(len(targets)))
        errors = tf.linalg.matvec(inputs[i : i + 1], weights) - targets[i : i + 1]
""",
        )
    ],
    "waits_for_a_zero_gradient": [("tf.norm(slope) <= tolerance", "tf.reduce_all(tf.equal(slope, 0.0))")],
}
