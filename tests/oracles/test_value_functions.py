"""`value_functions` against published values of Sutton and Barto, and against Gymnasium's frozen lake solved exactly."""

import gymnasium
import numpy as np
import pytest


def grid(step, size):
    """The model of a grid of which `step` says where a move leads and what it gives: up, down, left and right."""
    transition, reward = np.zeros((size * size, 4, size * size)), np.zeros((size * size, 4))
    for row, column, action in np.ndindex(size, size, 4):
        (next_row, next_column), reward[row * size + column, action] = step(action, (row, column))
        transition[row * size + column, action, next_row * size + next_column] = 1
    return transition, reward


def move(action, place, size):
    row, column = place
    down, right = [(-1, 0), (1, 0), (0, -1), (0, 1)][action]
    return min(max(row + down, 0), size - 1), min(max(column + right, 0), size - 1)


def test_grid_with_two_springs(load):
    # Sutton and Barto 2018, figure 3.2, http://incompleteideas.net/book/RLbook2020.pdf: rows rounded to one digit.
    def step(action, place):
        if place in ((0, 1), (0, 3)):
            return ((4, 1), 10) if place == (0, 1) else ((2, 3), 5)
        arrived = move(action, place, 5)
        return arrived, -1 if arrived == place else 0

    v = load("reinforcement/value_functions").evaluate_policy(
        np.full((25, 4), 0.25), *grid(step, 5), np.zeros(25, dtype=bool), 0.9
    )
    np.testing.assert_allclose(v[:5], [3.3, 8.8, 4.4, 5.3, 1.5], atol=0.051)


def test_grid_with_two_exits(load):
    # Sutton and Barto 2018, figure 4.1: the first row of the values of the random policy.
    def step(action, place):
        return (place, 0) if place in ((0, 0), (3, 3)) else (move(action, place, 4), -1)

    terminal = np.isin(np.arange(16), [0, 15])
    v = load("reinforcement/value_functions").evaluate_policy(np.full((16, 4), 0.25), *grid(step, 4), terminal, 1.0)
    np.testing.assert_allclose(v[:4], [0, -14, -20, -22], atol=0.01)


@pytest.mark.parametrize("discount", [0.9, 0.99])
def test_frozen_lake_by_a_linear_system(load, rng, discount):
    dynamics = gymnasium.make("FrozenLake-v1").unwrapped.P
    transition, reward = np.zeros((16, 4, 16)), np.zeros((16, 4))
    terminal = np.zeros(16, dtype=bool)
    for state, action in np.ndindex(16, 4):
        for probability, next_state, r_t, terminated in dynamics[state][action]:
            reward[state, action] += probability * r_t
            transition[state, action, next_state] += probability
            terminal[next_state] |= terminated
    policy = rng.dirichlet(np.ones(4), size=16)
    following = np.einsum("sa,sat->st", policy, transition) * ~terminal
    gained = (policy * reward).sum(axis=1) * ~terminal
    expected = np.linalg.solve(np.eye(16) - discount * following * ~terminal[:, None], gained)
    v = load("reinforcement/value_functions").evaluate_policy(policy, transition, reward, terminal, discount)
    np.testing.assert_allclose(v, expected, atol=0.001)
