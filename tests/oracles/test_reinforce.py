"""`reinforce` against TensorFlow's cross-entropy and derivatives, and against finite differences of an exact value."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from scipy import special


def test_gradient_is_that_of_cross_entropy(load, rng):
    theta = rng.normal(size=(3, 4))
    table = tf.Variable(theta)
    with tf.GradientTape() as tape:
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits([2], table[1:2])
    expected = -tf.convert_to_tensor(tape.gradient(loss, table)).numpy()
    np.testing.assert_allclose(load("reinforcement/reinforce").log_prob_gradient(theta, 1, 2), expected)


@pytest.mark.parametrize("discount", [0.0, 0.5, 1.0])
def test_average_over_all_episodes_is_the_slope_of_the_value(load, rng, discount):
    # Three steps in a world of two states: action a leads to state a and gives reward[s, a].
    reinforce, theta, reward = load("reinforcement/reinforce"), rng.normal(size=(2, 2)), rng.normal(size=(2, 2))

    def episodes():
        for actions in itertools.product(range(2), repeat=3):
            states = [0, *actions[:-1]]
            yield states, list(actions), [float(reward[step]) for step in zip(states, actions, strict=True)]

    def probability(table, states, actions):
        return np.prod([special.softmax(table[s])[a] for s, a in zip(states, actions, strict=True)])

    def value(table):
        powers = discount ** np.arange(3)
        return sum(probability(table, states, actions) * (rewards @ powers) for states, actions, rewards in episodes())

    average = sum(
        probability(theta, states, actions) * reinforce.episode_gradient(theta, states, actions, rewards, discount)
        for states, actions, rewards in episodes()
    )
    for place in np.ndindex(2, 2):
        nudge = np.zeros((2, 2))
        nudge[place] = 1e-6
        slope = (value(theta + nudge) - value(theta - nudge)) / 2e-6
        assert average[place] == pytest.approx(slope, abs=1e-8)
