"""Plain Python: lists of numbers, the tables in nested lists until the end."""

import math
import random

import numpy as np


def td_errors(v_tm1, r_t, terminated_t, v_t, discount):
    steps = zip(v_tm1, r_t, terminated_t, v_t, strict=True)
    return np.array([r - before + (0.0 if terminated else discount * after) for before, r, terminated, after in steps])


def softmax(row):
    exponentials = [math.exp(entry - max(row)) for entry in row]
    return [exponential / sum(exponentials) for exponential in exponentials]


def update(theta, v, s_tm1, a_tm1, r_t, s_t, terminated_t, actor_rate, critic_rate, discount):
    (delta,) = td_errors([v[s_tm1]], [r_t], [terminated_t], [v[s_t]], discount)
    new_theta = [list(row) for row in theta]
    for action, probability in enumerate(softmax(list(theta[s_tm1]))):
        new_theta[s_tm1][action] += actor_rate * delta * ((action == a_tm1) - probability)
    new_v = list(v)
    new_v[s_tm1] += critic_rate * delta
    return np.array(new_theta), np.array(new_v)


def train(environment, steps, actor_rate, critic_rate, discount, seed):
    chance = random.Random(seed)
    theta = np.zeros((environment.observation_space.n, environment.action_space.n))
    v = np.zeros(len(theta))
    state, _ = environment.reset(seed=seed)
    for left in reversed(range(steps)):
        (action,) = chance.choices(range(theta.shape[1]), softmax(theta[state].tolist()))
        arrived, gained, terminated, truncated, _ = environment.step(action)
        theta, v = update(theta, v, state, action, gained, arrived, terminated, actor_rate, critic_rate, discount)
        state = environment.reset()[0] if (terminated or truncated) and left else arrived
    return theta, v
