"""Stateless random numbers of TensorFlow, whose second seed counts the calls; the mask multiplies."""

import random

import keras
import tensorflow as tf


class Dropout(keras.layers.Layer):
    def __init__(self, rate=0.5, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.first_seed = random.getrandbits(31) if seed is None else seed
        self.calls = tf.Variable(0, trainable=False)

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        numbers = tf.random.stateless_uniform(tf.shape(inputs), [self.first_seed, self.calls])
        self.calls.assign_add(1)
        mask = tf.cast(numbers > self.rate, inputs.dtype)
        return mask * inputs / (1 - self.rate)
