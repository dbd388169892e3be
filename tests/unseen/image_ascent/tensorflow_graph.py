"""One tf.function with a loop of TensorFlow operations."""

SOURCE = """
import tensorflow as tf


def normalise(gradient):
    scale = tf.sqrt(tf.reduce_mean(gradient ** 2))
    return gradient / (scale + 1e-8)


def image_ascent(network, unit, start, steps, step_size):
    @tf.function
    def climb(images, steps):
        for _ in tf.range(steps):
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(images)
                activations = network(images)
                goal = tf.gather(activations, unit, axis=1)
            gradient = tape.gradient(goal, images)
            images = tf.clip_by_value(images + step_size * normalise(gradient), 0.0, 1.0)
        return images

    images = tf.expand_dims(tf.cast(start, tf.float32), 0)
    images = climb(images, steps)
    return tf.squeeze(images, axis=0).numpy()
"""

CHANGES = {
    "changes_the_start": [
        (
            "    return tf.squeeze(images, axis=0).numpy()",
            "    start[...] = tf.squeeze(images, axis=0).numpy()\n    return start",
        ),
    ],
    "climbs_all_units": [("goal = tf.gather(activations, unit, axis=1)", "goal = tf.reduce_sum(activations)")],
    "climbs_the_probability": [("activations = network(images)", "activations = tf.nn.softmax(network(images))")],
    "clips_at_the_end_only": [
        (
            "images = tf.clip_by_value(images + step_size * normalise(gradient), 0.0, 1.0)\n        return images",
            "images = images + step_size * normalise(gradient)\n        return tf.clip_by_value(images, 0.0, 1.0)",
        ),
    ],
    "descends": [
        ("goal = tf.gather(activations, unit, axis=1)", "goal = -tf.gather(activations, unit, axis=1)"),
    ],
    "divides_zero_by_zero": [("gradient / (scale + 1e-8)", "gradient / scale")],
    "does_not_normalise": [("step_size * normalise(gradient)", "step_size * gradient")],
    "keeps_the_batch_axis": [("return tf.squeeze(images, axis=0).numpy()", "return images.numpy()")],
    "keeps_the_signs_only": [
        (
            "    scale = tf.sqrt(tf.reduce_mean(gradient ** 2))\n    return gradient / (scale + 1e-8)",
            "    return tf.sign(gradient)",
        ),
    ],
    "leaves_the_range": [
        (
            "tf.clip_by_value(images + step_size * normalise(gradient), 0.0, 1.0)",
            "images + step_size * normalise(gradient)",
        ),
    ],
    "normalises_by_the_largest_entry": [
        ("tf.sqrt(tf.reduce_mean(gradient ** 2))", "tf.reduce_max(tf.abs(gradient))"),
    ],
    "normalises_by_the_norm": [("tf.sqrt(tf.reduce_mean(gradient ** 2))", "tf.norm(gradient)")],
    "normalises_each_channel": [
        (
            "tf.sqrt(tf.reduce_mean(gradient ** 2))",
            "tf.sqrt(tf.reduce_mean(gradient ** 2, axis=[1, 2], keepdims=True))",
        ),
    ],
    "reuses_the_first_gradient": [
        (
            """        for _ in tf.range(steps):
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(images)
                activations = network(images)
                goal = tf.gather(activations, unit, axis=1)
            gradient = tape.gradient(goal, images)
""",
            """        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images)
            activations = network(images)
            goal = tf.gather(activations, unit, axis=1)
        gradient = tape.gradient(goal, images)
        for _ in tf.range(steps):
""",
        ),
    ],
    "starts_from_noise": [
        (
            "tf.expand_dims(tf.cast(start, tf.float32), 0)",
            "tf.random.stateless_uniform((1, *start.shape), seed=(0, unit))",
        ),
    ],
    "takes_one_step_less": [("images = climb(images, steps)", "images = climb(images, max(steps - 1, 0))")],
    "trains_the_network_instead": """
import tensorflow as tf


def normalise(gradient):
    scale = tf.sqrt(tf.reduce_mean(gradient ** 2))
    return gradient / (scale + 1e-8)


def image_ascent(network, unit, start, steps, step_size):
    images = tf.expand_dims(tf.cast(start, tf.float32), 0)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            activations = network(images)
            goal = tf.gather(activations, unit, axis=1)
        weights = network.trainable_weights
        gradients = tape.gradient(goal, weights)
        for weight, gradient in zip(weights, gradients):
            weight.assign_add(step_size * normalise(gradient))
    return tf.squeeze(images, axis=0).numpy()
""",
    "updates_the_weights": """
import tensorflow as tf


def normalise(gradient):
    scale = tf.sqrt(tf.reduce_mean(gradient ** 2))
    return gradient / (scale + 1e-8)


def image_ascent(network, unit, start, steps, step_size):
    images = tf.expand_dims(tf.cast(start, tf.float32), 0)
    for _ in range(steps):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(images)
            activations = network(images)
            goal = tf.gather(activations, unit, axis=1)
        gradient = tape.gradient(goal, images)
        images = tf.clip_by_value(images + step_size * normalise(gradient), 0.0, 1.0)
        for weight in network.trainable_variables:
            weight.assign_add(step_size * normalise(tape.gradient(goal, weight)))
    return tf.squeeze(images, axis=0).numpy()
""",
}
