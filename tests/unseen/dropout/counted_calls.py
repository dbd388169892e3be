"""Stateless random numbers of TensorFlow: a key for each layer, a variable that counts the calls."""

import secrets

import keras
import tensorflow as tf


class Dropout(keras.layers.Layer):
    def __init__(self, rate=0.5, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.key = secrets.randbelow(2**31) if seed is None else seed
        self.calls = tf.Variable(0, trainable=False)

    def numbers(self, shape):
        call = self.calls.assign_add(1)
        return tf.random.stateless_uniform(shape, seed=tf.stack([self.key, call]))

    def holes(self, inputs):
        return self.numbers(tf.shape(inputs)) < self.rate

    def call(self, inputs, training=False):
        inputs = tf.convert_to_tensor(inputs)
        if not training:
            return inputs
        loud = inputs / (1.0 - self.rate)
        return tf.where(self.holes(inputs), tf.zeros_like(inputs), loud)
