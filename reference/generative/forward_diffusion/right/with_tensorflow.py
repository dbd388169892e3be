"""TensorFlow in float32: logarithms are summed, the cosine is a learning-rate schedule, and random numbers are stateless."""

import keras
import tensorflow as tf


def linear_ratios(steps, first=1e-4, last=0.02):
    logs = tf.math.log1p(-tf.linspace(tf.constant(first, "float32"), tf.constant(last, "float32"), steps))
    return tf.exp(tf.pad(tf.cumsum(logs), [[1, 0]]))


def cosine_ratios(steps, offset=0.008):
    schedule = keras.optimizers.schedules.CosineDecay(1.0, decay_steps=(1 + offset) * steps)
    left = schedule(tf.range(steps + 1, dtype="float32") + offset * steps)
    return tf.nn.relu(left / left[0])


def diffuse(images, ratios, noise):
    images, ratios, noise = (tf.cast(values, "float32") for values in (images, ratios, noise))
    return tf.map_fn(mix, (images, ratios, noise), fn_output_signature="float32")


def mix(parts):
    image, ratio, noise = parts
    return tf.sqrt(ratio) * image + tf.sqrt(1 - ratio) * noise


def training_batch(images, ratios, seed):
    generator = tf.random.Generator.from_seed(seed)
    steps = generator.uniform((len(images),), 1, len(ratios), dtype="int32")
    noise, chosen = generator.normal(images.shape), tf.gather(tf.cast(ratios, "float32"), steps)
    return diffuse(tf.cast(images, "float32") * (2 / 255) - 1, chosen, noise), chosen, noise
