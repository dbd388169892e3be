"""TensorFlow trains all members at once, with an axis for them; alignment by a matrix with a single 1 in each row."""

import keras
import tensorflow as tf
from scipy.optimize import linear_sum_assignment


def average_predictions(logits):
    return tf.einsum("mbc->bc", tf.nn.softmax(tf.cast(logits, "float32"))) / len(logits)


def train_members(inputs, labels, members, units, epochs, seed):
    tf.random.set_seed(seed)
    variables = [
        tf.Variable(tf.random.normal((members, 64, units), stddev=0.18)),
        tf.Variable(tf.zeros((members, 1, units))),
        tf.Variable(tf.random.normal((members, units, 10), stddev=0.18)),
        tf.Variable(tf.zeros((members, 1, 10))),
    ]
    optimizer = keras.optimizers.Adam(0.01)
    optimizer.build(variables)
    targets = tf.one_hot(labels, 10)

    @tf.function(reduce_retracing=True)
    def step(batch, wanted):
        with tf.GradientTape() as tape:
            hidden = tf.nn.relu(batch @ variables[0] + variables[1])
            logits = hidden @ variables[2] + variables[3]
            wanted = tf.broadcast_to(wanted, tf.shape(logits))
            losses = tf.nn.softmax_cross_entropy_with_logits(wanted, logits)
            loss = tf.reduce_sum(tf.reduce_mean(losses, axis=1))
        optimizer.apply(tape.gradient(loss, variables), variables)

    for _ in range(epochs):
        order = tf.random.shuffle(tf.range(len(inputs)))
        for start in range(0, len(inputs), 32):
            batch = order[start : start + 32]
            step(tf.gather(inputs, batch), tf.gather(targets, batch))
    kernel, bias, head, offset = (variable.numpy() for variable in variables)
    return [[kernel[m], bias[m, 0], head[m], offset[m, 0]] for m in range(members)]


def align(network, template):
    first, bias, second, offset = (tf.cast(array, "float32") for array in network)
    products = tf.matmul(template[0].astype("float32"), first, transpose_a=True)
    products += template[1].astype("float32")[:, None] * bias
    products += tf.matmul(template[2].astype("float32"), second, transpose_b=True)
    _, order = linear_sum_assignment(-products.numpy())
    places = tf.one_hot(order, len(order))
    return [
        tf.matmul(first, places, transpose_b=True),
        tf.linalg.matvec(places, bias),
        tf.matmul(places, second),
        offset,
    ]


def average_weights(networks):
    aligned = [align(network, networks[0]) for network in networks]
    return [tf.add_n(arrays) / len(networks) for arrays in zip(*aligned, strict=True)]
