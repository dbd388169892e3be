"""NumPy for everything but the gradient, which a tape computes."""

SOURCE = """
import numpy as np
import tensorflow as tf


def slope(network, unit, image):
    x = tf.convert_to_tensor(image[np.newaxis], dtype="float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        a = network(x)[0, unit]
    return tape.gradient(a, x).numpy()[0]


def image_ascent(network, unit, start, steps, step_size):
    image = np.array(start, dtype=float)
    for _ in range(steps):
        g = slope(network, unit, image)
        rms = np.sqrt(np.mean(np.square(g)))
        image += step_size * g / (rms + 1e-8)
        image = np.clip(image, 0.0, 1.0)
    return image
"""

CHANGES = {
    "changes_the_start": [
        ("image = np.array(start, dtype=float)", "image = start"),
        ("image = np.clip(image, 0.0, 1.0)", "np.clip(image, 0.0, 1.0, out=image)"),
    ],
    "climbs_all_units": [("a = network(x)[0, unit]", "a = network(x)")],
    "climbs_the_probability": [("a = network(x)[0, unit]", "a = tf.nn.softmax(network(x))[0, unit]")],
    "clips_at_the_end_only": [
        ("        image = np.clip(image, 0.0, 1.0)\n    return image", "    return np.clip(image, 0.0, 1.0)"),
    ],
    "descends": [("image += step_size", "image -= step_size")],
    "divides_zero_by_zero": [("(rms + 1e-8)", "rms")],
    "does_not_normalise": [
        ("        rms = np.sqrt(np.mean(np.square(g)))\n", ""),
        ("step_size * g / (rms + 1e-8)", "step_size * g"),
    ],
    "keeps_the_batch_axis": [
        ("tf.convert_to_tensor(image[np.newaxis], dtype", "tf.convert_to_tensor(image, dtype"),
        (".numpy()[0]", ".numpy()"),
        ("image = np.array(start, dtype=float)", "image = np.array(start, dtype=float)[np.newaxis]"),
    ],
    "keeps_the_signs_only": [
        ("        rms = np.sqrt(np.mean(np.square(g)))\n", ""),
        ("step_size * g / (rms + 1e-8)", "step_size * np.sign(g)"),
    ],
    "leaves_the_range": [("        image = np.clip(image, 0.0, 1.0)\n", "")],
    "normalises_by_the_largest_entry": [("rms = np.sqrt(np.mean(np.square(g)))", "rms = np.max(np.abs(g))")],
    "normalises_by_the_norm": [("rms = np.sqrt(np.mean(np.square(g)))", "rms = np.linalg.norm(g)")],
    "normalises_each_channel": [
        ("np.mean(np.square(g))", "np.mean(np.square(g), axis=(0, 1))"),
    ],
    "reuses_the_first_gradient": [
        (
            "    for _ in range(steps):\n        g = slope(network, unit, image)\n",
            "    g = slope(network, unit, image)\n    for _ in range(steps):\n",
        ),
    ],
    "starts_from_noise": [
        ("image = np.array(start, dtype=float)", "image = np.random.uniform(0.4, 0.6, size=start.shape)"),
    ],
    "takes_one_step_less": [("range(steps)", "range(1, steps)")],
    "trains_the_network_instead": """
import numpy as np
import tensorflow as tf


def image_ascent(network, unit, start, steps, step_size):
    image = np.array(start, dtype=float)
    x = tf.convert_to_tensor(image[np.newaxis], dtype="float32")
    for _ in range(steps):
        with tf.GradientTape() as tape:
            a = network(x)[0, unit]
        gradients = tape.gradient(a, network.trainable_variables)
        for w, g in zip(network.trainable_variables, gradients):
            g = g.numpy()
            rms = np.sqrt(np.mean(np.square(g)))
            w.assign(w.numpy() + step_size * g / (rms + 1e-8))
    return np.clip(image, 0.0, 1.0)
""",
    "updates_the_weights": [
        (
            "    return tape.gradient(a, x).numpy()[0]",
            """    weights = network.trainable_variables
    gradients = tape.gradient(a, [x, *weights])
    for w, g in zip(weights, gradients[1:]):
        w.assign_add(0.001 * g)
    return gradients[0].numpy()[0]""",
        ),
    ],
}
