"""The image as a Keras variable with a constraint, moved by an SGD optimizer."""

SOURCE = """
import keras
import tensorflow as tf
from keras import ops


class Climber:
    def __init__(self, network, unit, start, step_size):
        self.network = network
        self.unit = unit
        self.image = keras.Variable(ops.cast(start, "float32"), trainable=True)
        self.image.constraint = lambda image: ops.clip(image, 0.0, 1.0)
        self.optimizer = keras.optimizers.SGD(learning_rate=step_size)
        self.optimizer.build([self.image])

    def loss(self):
        responses = self.network(ops.expand_dims(self.image, 0))
        return -responses[0, self.unit]

    def direction(self):
        with tf.GradientTape() as tape:
            loss = self.loss()
        g = ops.convert_to_tensor(tape.gradient(loss, self.image.value))
        size = ops.sqrt(ops.sum(g * g) / g.shape.num_elements())
        return g / (size + 1e-8)

    def step(self):
        self.optimizer.apply([self.direction()], [self.image])


def image_ascent(network, unit, start, steps, step_size):
    climber = Climber(network, unit, start, step_size)
    while steps > 0:
        climber.step()
        steps -= 1
    return ops.convert_to_numpy(climber.image)
"""

CHANGES = {
    "changes_the_start": [
        (
            "        climber.step()\n        steps -= 1\n",
            "        climber.step()\n        start[:] = ops.convert_to_numpy(climber.image)\n        steps -= 1\n",
        ),
    ],
    "climbs_all_units": [("return -responses[0, self.unit]", "return -ops.sum(responses)")],
    "climbs_the_probability": [
        ("return -responses[0, self.unit]", "return -ops.softmax(responses, axis=-1)[0, self.unit]"),
    ],
    "clips_at_the_end_only": [
        ("        self.image.constraint = lambda image: ops.clip(image, 0.0, 1.0)\n", ""),
        ("ops.convert_to_numpy(climber.image)", "ops.convert_to_numpy(ops.clip(climber.image, 0.0, 1.0))"),
    ],
    "descends": [("return -responses[0, self.unit]", "return responses[0, self.unit]")],
    "divides_zero_by_zero": [("g / (size + 1e-8)", "g / size")],
    "does_not_normalise": [
        (
            "        size = ops.sqrt(ops.sum(g * g) / g.shape.num_elements())\n        return g / (size + 1e-8)",
            "        return g",
        ),
    ],
    "keeps_the_batch_axis": [
        (
            'keras.Variable(ops.cast(start, "float32"), trainable',
            'keras.Variable(ops.cast(start[None], "float32"), trainable',
        ),
        ("self.network(ops.expand_dims(self.image, 0))", "self.network(ops.convert_to_tensor(self.image))"),
    ],
    "keeps_the_signs_only": [
        (
            "        size = ops.sqrt(ops.sum(g * g) / g.shape.num_elements())\n        return g / (size + 1e-8)",
            "        return g / (ops.abs(g) + 1e-8)",
        ),
    ],
    "leaves_the_range": [("        self.image.constraint = lambda image: ops.clip(image, 0.0, 1.0)\n", "")],
    "normalises_by_the_largest_entry": [("ops.sqrt(ops.sum(g * g) / g.shape.num_elements())", "ops.max(ops.abs(g))")],
    "normalises_by_the_norm": [("ops.sqrt(ops.sum(g * g) / g.shape.num_elements())", "ops.sqrt(ops.sum(g * g))")],
    "normalises_each_channel": [
        (
            "ops.sqrt(ops.sum(g * g) / g.shape.num_elements())",
            "ops.sqrt(ops.sum(g * g, axis=(0, 1)) / (g.shape[0] * g.shape[1]))",
        ),
    ],
    "reuses_the_first_gradient": [
        (
            "        self.optimizer.build([self.image])\n",
            "        self.optimizer.build([self.image])\n        self.first = None\n",
        ),
        (
            "        self.optimizer.apply([self.direction()], [self.image])",
            """        if self.first is None:
            self.first = self.direction()
        self.optimizer.apply([self.first], [self.image])""",
        ),
    ],
    "starts_from_noise": [
        (
            'ops.cast(start, "float32")',
            "keras.random.uniform(start.shape, 0.0, 1.0, seed=1)",
        ),
    ],
    "takes_one_step_less": [("while steps > 0", "while steps > 1")],
    "trains_the_network_instead": """
import keras
import tensorflow as tf
from keras import ops


def image_ascent(network, unit, start, steps, step_size):
    image = ops.cast(start, "float32")
    optimizer = keras.optimizers.SGD(learning_rate=step_size)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = -network(image[None])[0, unit]
        optimizer.apply_gradients(
            (g / (ops.sqrt(ops.mean(g * g)) + 1e-8), w)
            for g, w in zip(tape.gradient(loss, network.trainable_weights), network.trainable_weights)
        )
    return ops.convert_to_numpy(ops.clip(image, 0.0, 1.0))
""",
    "updates_the_weights": [
        ("self.optimizer.build([self.image])", "self.optimizer.build([self.image, *network.trainable_variables])"),
        (
            """        g = ops.convert_to_tensor(tape.gradient(loss, self.image.value))
        size = ops.sqrt(ops.sum(g * g) / g.shape.num_elements())
        return g / (size + 1e-8)
""",
            """        weights = [self.image, *self.network.trainable_variables]
        directions = []
        for g in tape.gradient(loss, [weight.value for weight in weights]):
            size = ops.sqrt(ops.sum(g * g) / g.shape.num_elements())
            directions.append(g / (size + 1e-8))
        return directions, weights
""",
        ),
        ("self.optimizer.apply([self.direction()], [self.image])", "self.optimizer.apply(*self.direction())"),
    ],
}
