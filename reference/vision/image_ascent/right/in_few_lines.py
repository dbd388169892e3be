import tensorflow as tf


def image_ascent(network, unit, start, steps, step_size):
    image = tf.cast(start, tf.float32)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(image)
            activation = network(image[None])[0, unit]
        gradient = tape.gradient(activation, image)
        direction = gradient / (tf.sqrt(tf.reduce_mean(gradient**2)) + 1e-8)
        image = tf.clip_by_value(image + step_size * direction, 0.0, 1.0)
    return image
