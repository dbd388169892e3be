"""`model_based` against SciPy's linear programming, its sums of duplicates, and what others have published."""

import gymnasium
import numpy as np
import pytest
from scipy import optimize
from scipy import sparse


def random_model(rng, states, actions):
    transition = rng.dirichlet(np.ones(states), size=(states, actions)) * rng.choice([1, 0.7], (states, actions, 1))
    return transition, rng.uniform(-1, 1, size=(states, actions))


@pytest.mark.parametrize("discount", [0.0, 0.9, 0.99])
def test_plan_is_that_of_linear_programming(load, rng, discount):
    # The optimal values are the least ones that no action improves: min sum of v with v >= reward + discount P v.
    transition, reward = random_model(rng, 7, 3)
    bounds = [
        (discount * transition[state, action] - np.eye(7)[state], -reward[state, action])
        for state, action in np.ndindex(7, 3)
    ]
    left, right = map(np.array, zip(*bounds, strict=True))
    values = optimize.linprog(np.ones(7), left, right, bounds=(None, None)).x
    q = load("reinforcement/model_based").plan(transition, reward, discount)
    np.testing.assert_allclose(q, reward + discount * transition @ values, atol=0.01)


@pytest.mark.parametrize(("discount", "value"), [(0.9, 0.0689), (0.95, 0.1805), (0.99, 0.5420)])
def test_value_of_the_frozen_lake(load, discount, value):
    # The slippery 4x4 lake; values of its start as pymdptoolbox' policy iteration and linear programming give them.
    dynamics = gymnasium.make("FrozenLake-v1").unwrapped.P
    transition, reward = np.zeros((16, 4, 16)), np.zeros((16, 4))
    for state, action in np.ndindex(16, 4):
        for probability, next_state, r_t, terminated in dynamics[state][action]:
            reward[state, action] += probability * r_t
            transition[state, action, next_state] += probability * (not terminated)
    q = load("reinforcement/model_based").plan(transition, reward, discount)
    assert q[0].max() == pytest.approx(value, abs=0.001)


def test_counts_are_sums_of_duplicates(load, rng):
    s_tm1, a_tm1, s_t = rng.integers([[5], [2], [5]], size=(3, 400))
    r_t, terminated_t = rng.normal(size=400), rng.random(400) < 0.2
    memory = [
        (int(s), int(a), float(r), int(t), bool(end))
        for s, a, r, t, end in zip(s_tm1, a_tm1, r_t, s_t, terminated_t, strict=True)
    ]
    transition, reward = load("reinforcement/model_based").estimate_model(memory, 5, 2)
    pairs = 2 * s_tm1 + a_tm1
    steps = sparse.coo_array((np.ones(400), (pairs, np.zeros(400, dtype=int))), shape=(10, 1)).toarray()
    goes_on = sparse.coo_array((~terminated_t * 1.0, (pairs, s_t)), shape=(10, 5)).toarray()
    rewards = sparse.coo_array((r_t, (pairs, np.zeros(400, dtype=int))), shape=(10, 1)).toarray()
    np.testing.assert_allclose(transition.reshape(10, 5), goes_on / steps)
    np.testing.assert_allclose(reward.reshape(10, 1), rewards / steps)
