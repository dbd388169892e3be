"""scikit-learn trains the members; sums instead of means, and squared distances instead of products."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from sklearn.neural_network import MLPClassifier


def average_predictions(logits):
    log_probabilities = logits - logsumexp(logits, axis=2, keepdims=True)
    return np.exp(log_probabilities).sum(axis=0) / len(logits)


def train_members(inputs, labels, members, units, epochs, seed):
    networks = []
    for number in np.random.SeedSequence(seed).generate_state(members):
        member = MLPClassifier((units,), learning_rate_init=0.01, batch_size=32, random_state=int(number))
        for _ in range(epochs):
            member.partial_fit(inputs, labels, classes=np.arange(10))
        networks.append([member.coefs_[0], member.intercepts_[0], member.coefs_[1], member.intercepts_[1]])
    return networks


def align(network, template):
    mine, theirs = (np.vstack([part[0], part[1], part[2].T]).T for part in (network, template))
    rows, columns = linear_sum_assignment(cdist(mine, theirs, "sqeuclidean"))
    order = rows[np.argsort(columns)]
    return [network[0].take(order, axis=1), network[1].take(order), network[2].take(order, axis=0), network[3]]


def average_weights(networks):
    total = [np.array(array, dtype=float) for array in networks[0]]
    for network in networks[1:]:
        for array, other in zip(total, align(network, networks[0]), strict=True):
            array[...] += other
    return [array / len(networks) for array in total]
