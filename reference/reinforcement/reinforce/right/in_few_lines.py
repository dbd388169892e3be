"""Arrays for a whole episode: rows of probabilities, cumulated rewards, and np.add.at."""

import numpy as np


def policy(theta):
    exponentials = np.exp(theta - theta.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def log_prob_gradient(theta, s, a):
    gradient = np.zeros(theta.shape)
    gradient[s] = np.eye(theta.shape[1])[a] - policy(theta[s])
    return gradient


def episode_gradient(theta, s_t, a_t, r_t, discount):
    s_t, a_t = list(s_t), list(a_t)
    weights = np.cumsum((np.array(r_t) * discount ** np.arange(len(r_t)))[::-1])[::-1]
    gradient = np.zeros(theta.shape)
    np.add.at(gradient, (s_t, a_t), weights)
    np.add.at(gradient, s_t, -weights[:, None] * policy(theta[s_t]))
    return gradient


def train(environment, episodes, learning_rate, discount, seed):
    generator = np.random.default_rng(seed)
    theta = np.zeros((environment.observation_space.n, environment.action_space.n))
    for episode in range(episodes):
        s, _ = environment.reset(seed=seed if episode == 0 else None)
        steps, ended = [], False
        while not ended:
            a = int(generator.choice(theta.shape[1], p=policy(theta[s])))
            s_next, r, terminated, truncated, _ = environment.step(a)
            steps.append((s, a, r))
            s, ended = s_next, terminated or truncated
        theta = theta + learning_rate * episode_gradient(theta, *zip(*steps, strict=True), discount)
    return theta
