"""TensorFlow in float32: the chain as a scan from the end, without a tape."""

import tensorflow as tf


def single(array):
    return tf.cast(array, tf.float32)


def state_gradients(states, recurrent_kernel, upstream):
    """The gradients by h_0 to h_T, time first."""
    slopes = tf.transpose(1 - single(states)[:, 1:] ** 2, (1, 0, 2))
    direct = tf.pad(tf.transpose(single(upstream), (1, 0, 2)), [[1, 0], [0, 0], [0, 0]])

    def back(gradient, step):
        slope, own = step
        return own + tf.matmul(gradient * slope, single(recurrent_kernel), transpose_b=True)

    found = tf.scan(back, (slopes, direct[:-1]), direct[-1], reverse=True)
    return tf.concat([found, direct[-1:]], axis=0), slopes


def rnn_gradients(inputs, states, parameters, upstream):
    gradients, slopes = state_gradients(states, parameters["recurrent_kernel"], upstream)
    deltas = gradients[1:] * slopes
    return {
        "kernel": tf.tensordot(single(inputs), deltas, [[1, 0], [0, 1]]),
        "recurrent_kernel": tf.tensordot(single(states)[:, :-1], deltas, [[1, 0], [0, 1]]),
        "bias": tf.reduce_sum(deltas, axis=[0, 1]),
        "inputs": tf.einsum("tbu,du->btd", deltas, single(parameters["kernel"])),
        "initial": gradients[0],
    }


def gradient_norms(states, recurrent_kernel, last_gradient):
    last = single(last_gradient)[:, None]
    upstream = tf.pad(last, [[0, 0], [tf.shape(states)[1] - 2, 0], [0, 0]])
    gradients, _ = state_gradients(states, recurrent_kernel, upstream)
    return tf.transpose(tf.norm(gradients, axis=-1))


def clip_by_global_norm(gradients, max_norm):
    gradients = [single(gradient) for gradient in gradients]
    norm = tf.norm([tf.norm(gradient) for gradient in gradients])
    factor = tf.where(norm > max_norm, tf.math.divide_no_nan(single(max_norm), norm), 1.0)
    return [factor * gradient for gradient in gradients], norm
