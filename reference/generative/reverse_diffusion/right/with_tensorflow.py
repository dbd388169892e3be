"""TensorFlow in float32, and recursive: an image at step t is one step back, and then t - 1 more."""

import tensorflow as tf


def single(array):
    return tf.cast(array, tf.float32)


def predict_image(noisy, ratio, noise):
    ratio = single(ratio)
    return tf.math.rsqrt(ratio) * (single(noisy) - tf.sqrt(1 - ratio) * single(noise))


def fresh_deviation(ratio, next_ratio, eta):
    ratio, next_ratio = single(ratio), single(next_ratio)
    return tf.sqrt(eta**2 * (1 - next_ratio) / (1 - ratio) * (1 - ratio / next_ratio))


def sample(predict_noise, start, ratios, eta=0.0, fresh=None):
    t = len(ratios) - 1
    if t == 0:
        return start
    noise = single(predict_noise(start, tf.fill([tf.shape(start)[0]], ratios[t])))
    deviation = fresh_deviation(ratios[t], ratios[t - 1], eta)
    ratio = single(ratios[t - 1])
    images = tf.sqrt(ratio) * predict_image(start, ratios[t], noise)
    images += tf.sqrt(tf.nn.relu(1 - ratio - deviation * deviation)) * noise
    if eta != 0:
        images += deviation * single(fresh[t - 1])
    return sample(predict_noise, images, ratios[:t], eta, fresh)
