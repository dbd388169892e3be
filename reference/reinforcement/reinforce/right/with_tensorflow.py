"""Gradients by TensorFlow's tape, and Gumbel noise for the draws."""

import numpy as np
import tensorflow as tf


def log_prob_gradient(theta, s, a):
    table = tf.Variable(theta, dtype="float64")
    with tf.GradientTape() as tape:
        log_prob = tf.nn.log_softmax(table)[s, a]
    return tape.gradient(log_prob, table).numpy()


def episode_gradient(theta, s_t, a_t, r_t, discount):
    table = tf.Variable(theta, dtype="float64")
    weights = tf.constant(discount, "float64") ** tf.range(len(r_t), dtype="float64") * tf.constant(r_t, "float64")
    with tf.GradientTape() as tape:
        log_probs = tf.gather_nd(tf.nn.log_softmax(table), list(zip(s_t, a_t, strict=True)))
        objective = tf.reduce_sum(log_probs * tf.cumsum(weights, reverse=True))
    return tf.convert_to_tensor(tape.gradient(objective, table)).numpy()


def train(environment, episodes, learning_rate, discount, seed):
    rng = np.random.default_rng(seed)
    theta = np.zeros((environment.observation_space.n, environment.action_space.n))
    state, _ = environment.reset(seed=seed)
    for _ in range(episodes):
        states, actions, rewards = [], [], []
        while True:
            action = int(np.argmax(theta[state] + rng.gumbel(size=theta.shape[1])))
            states.append(state)
            actions.append(action)
            state, reward, terminated, truncated, _ = environment.step(action)
            rewards.append(reward)
            if terminated or truncated:
                break
        theta += learning_rate * episode_gradient(theta, states, actions, rewards, discount)
        state, _ = environment.reset()
    return theta
