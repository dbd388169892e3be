"""TensorFlow: a softmax by hand, which leaves masked keys out of the sum."""

import keras
import tensorflow as tf


def split_heads(inputs, num_heads):
    return tf.stack(tf.split(tf.convert_to_tensor(inputs), num_heads, axis=-1), axis=1)


def join_heads(inputs):
    inputs = tf.transpose(inputs, (0, 2, 1, 3))
    return tf.reshape(inputs, tf.concat([tf.shape(inputs)[:2], [inputs.shape[2] * inputs.shape[3]]], axis=0))


def attend(queries, keys, values, mask=None):
    scores = tf.matmul(queries, keys, transpose_b=True) / tf.sqrt(float(queries.shape[-1]))
    allowed = tf.ones_like(scores, bool) if mask is None else tf.broadcast_to(tf.expand_dims(mask, 1), tf.shape(scores))
    largest = tf.reduce_max(tf.where(allowed, scores, scores.dtype.min), axis=-1, keepdims=True)
    powers = tf.where(allowed, tf.exp(tf.where(allowed, scores - largest, 0.0)), 0.0)
    return tf.math.divide_no_nan(powers, tf.reduce_sum(powers, axis=-1, keepdims=True)) @ values


class MultiHeadAttention(keras.Layer):
    def __init__(self, num_heads, key_dim, value_dim=None, **kwargs):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.widths = [num_heads * key_dim, num_heads * key_dim, num_heads * (value_dim or key_dim)]

    def build(self, query_shape, key_shape, value_shape):
        rows = (query_shape[2], key_shape[2], value_shape[2], self.widths[2])
        names = ("query_kernel", "key_kernel", "value_kernel", "output_kernel")
        for name, row, column in zip(names, rows, [*self.widths, query_shape[2]], strict=True):
            setattr(self, name, self.add_weight(name=name, shape=(row, column)))

    def call(self, query, key, value, attention_mask=None):
        queries = split_heads(query @ tf.convert_to_tensor(self.query_kernel), self.num_heads)
        keys = split_heads(key @ tf.convert_to_tensor(self.key_kernel), self.num_heads)
        values = split_heads(value @ tf.convert_to_tensor(self.value_kernel), self.num_heads)
        return join_heads(attend(queries, keys, values, attention_mask)) @ tf.convert_to_tensor(self.output_kernel)
