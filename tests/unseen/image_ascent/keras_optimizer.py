"""The image as a Keras variable with a constraint, moved by an SGD optimizer."""

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
