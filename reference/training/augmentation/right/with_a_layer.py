"""TensorFlow's gather for the shifts, and Keras' own random layers for the copies: moves and small turns."""

import keras
import numpy as np
import tensorflow as tf


def shift(images, rows, columns):
    images = tf.cast(images, "float32")
    _, height, width = images.shape
    padded = tf.pad(images, [[0, 0], [1, 1], [1, 1]])
    from_rows = tf.range(1, height + 1)[None, :] - tf.cast(rows, "int32")[:, None]
    from_columns = tf.range(1, width + 1)[None, :] - tf.cast(columns, "int32")[:, None]
    from_rows = tf.clip_by_value(from_rows, 0, height + 1)
    from_columns = tf.clip_by_value(from_columns, 0, width + 1)
    return tf.gather(tf.gather(padded, from_rows, axis=1, batch_dims=1), from_columns, axis=2, batch_dims=1)


def random_shift(images, max_shift, seed):
    rows, columns = (
        tf.random.stateless_uniform(
            [len(images)], seed=[seed, axis], minval=-max_shift, maxval=max_shift + 1, dtype="int32"
        )
        for axis in (0, 1)
    )
    return shift(images, rows, columns)


def augment(images, labels, copies, seed):
    generator = np.random.default_rng(seed)
    rotate = keras.layers.RandomRotation(0.015, fill_mode="constant", seed=seed)
    repeated = np.repeat(images, copies, axis=0)
    rows, columns = generator.integers(-1, 2, size=(2, len(repeated)))
    moved = shift(repeated, rows, columns)
    turned = tf.clip_by_value(rotate(moved[..., None], training=True)[..., 0], 0.0, 1.0)
    return tf.concat([tf.cast(images, "float32"), turned], axis=0), np.append(labels, np.repeat(labels, copies))


def prepare(images, labels, num_validation, copies, seed):
    order = np.argsort(np.random.default_rng(seed).random(len(images)))
    kept, held_out = np.sort(order[num_validation:]), np.sort(order[:num_validation])
    return (*augment(images[kept], labels[kept], copies, seed), images[held_out], labels[held_out])
