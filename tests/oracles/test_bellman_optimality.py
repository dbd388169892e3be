"""`bellman_optimality` against SciPy's linear programming and published values."""

import gymnasium
import numpy as np
import pytest
from scipy import optimize


@pytest.mark.parametrize("discount", [0.0, 0.9, 0.99])
def test_optimum_is_that_of_linear_programming(load, rng, discount):
    # The optimal values are the least ones that no action improves: min sum of v with v >= reward + discount P v.
    transition, reward = rng.dirichlet(np.ones(7), size=(7, 3)), rng.uniform(-1, 1, size=(7, 3))
    terminal = np.arange(7) == 6
    bounds = [
        (discount * transition[state, action] * ~terminal - np.eye(7)[state], -reward[state, action])
        for state, action in np.ndindex(6, 3)
    ]
    left, right = map(np.array, zip(*bounds, strict=True))
    limits = [(None, None)] * 6 + [(0, 0)]
    expected = optimize.linprog(np.ones(7), left, right, bounds=limits).x
    v = load("reinforcement/bellman_optimality").value_iteration(transition, reward, terminal, discount, 1e-4)
    np.testing.assert_allclose(v, expected, atol=1.1e-4)


@pytest.mark.parametrize(("discount", "value"), [(0.9, 0.0689), (0.95, 0.1805), (0.99, 0.5420)])
def test_value_of_the_frozen_lake(load, discount, value):
    # The slippery 4x4 lake; values of its start as pymdptoolbox' policy iteration and linear programming give them.
    dynamics = gymnasium.make("FrozenLake-v1").unwrapped.P
    transition, reward, terminal = np.zeros((16, 4, 16)), np.zeros((16, 4)), np.zeros(16, dtype=bool)
    for state, action in np.ndindex(16, 4):
        for probability, next_state, r_t, terminated in dynamics[state][action]:
            transition[state, action, next_state] += probability
            reward[state, action] += probability * r_t
            terminal[next_state] |= terminated
    v = load("reinforcement/bellman_optimality").value_iteration(transition, reward, terminal, discount, 1e-6)
    assert v[0] == pytest.approx(value, abs=6e-5)


def test_grid_with_two_springs(load):
    # Sutton and Barto 2018, figure 3.5, http://incompleteideas.net/book/RLbook2020.pdf: the first row of the optimal values.
    transition, reward = np.zeros((25, 4, 25)), np.zeros((25, 4))
    for row, column, action in np.ndindex(5, 5, 4):
        down, right = [(-1, 0), (1, 0), (0, -1), (0, 1)][action]
        place = min(max(row + down, 0), 4), min(max(column + right, 0), 4)
        gained = -1.0 if place == (row, column) else 0.0
        if (row, column) in ((0, 1), (0, 3)):
            place, gained = ((4, 1), 10.0) if column == 1 else ((2, 3), 5.0)
        transition[5 * row + column, action, 5 * place[0] + place[1]] = 1
        reward[5 * row + column, action] = gained
    v = load("reinforcement/bellman_optimality").value_iteration(
        transition, reward, np.zeros(25, dtype=bool), 0.9, 1e-4
    )
    np.testing.assert_allclose(v[:5], [22.0, 24.4, 22.0, 19.4, 17.5], atol=0.051)
