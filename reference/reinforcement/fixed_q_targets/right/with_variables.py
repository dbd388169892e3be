"""Variable by variable, and TensorFlow for the targets."""

import tensorflow as tf


def soft_update(online, target, tau):
    for source, variable in zip(online.weights, target.weights, strict=True):
        variable.assign(variable + tau * (source - variable))


def update_target(online, target, step, period):
    if step and not step % period:
        soft_update(online, target, 1.0)


def td_targets(target, r_t, s_t, terminated_t, discount):
    best = tf.reduce_max(target(tf.constant(s_t, "float32"), training=False), axis=1)
    goes_on = 1.0 - tf.cast(terminated_t, "float32")
    return tf.stop_gradient(tf.constant(r_t, "float32") + discount * goes_on * best).numpy()
