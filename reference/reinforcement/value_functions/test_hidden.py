"""What `value_functions` must do."""

import numpy as np
import pytest

from grader.testing import assert_close

WEIGH = "Multiply each action's value by the probability that the policy takes it, and add up over the actions."
MODEL = "The reward counts in full; the discount is for the expected value of the next state."
SWEEP = (
    "Put your values into the equation: how far is each from itself? The error may be 1 / (1 - discount) times that."
)


def random_policy(rng, states, actions):
    return rng.dirichlet(np.full(actions, 0.7), size=states)


def random_model(rng, states, actions):
    """A model whose last state is terminal, with nonsense in the rows of that state."""
    transition = rng.dirichlet(np.full(states, 0.5), size=(states, actions))
    reward, terminal = rng.normal(size=(states, actions)), np.arange(states) == states - 1
    transition[-1], reward[-1] = rng.dirichlet(np.ones(states)), 50.0
    return transition, reward, terminal


def solution(policy, transition, reward, terminal, discount):
    """The values by a linear system over the states in which somebody acts."""
    acts = np.flatnonzero(~terminal)
    following = np.array([[policy[s] @ transition[s, :, t] for t in acts] for s in acts])
    gained = np.array([policy[s] @ reward[s] for s in acts])
    v = np.zeros(len(policy))
    v[acts] = np.linalg.solve(np.eye(len(acts)) - discount * following, gained)
    return v


@pytest.mark.task(1)
def test_weighs_actions_by_the_policy(submission):
    """Weighs each action's value by its probability."""
    q, policy = np.array([[0.0, 8.0, 4.0], [10.0, -20.0, 0.0]]), np.array([[0.5, 0.25, 0.25], [0.9, 0.1, 0.0]])
    assert_close(submission.v_from_q(q, policy), [3.0, 7.0], next_step=WEIGH)


@pytest.mark.task(1)
@pytest.mark.parametrize(("states", "actions"), [(1, 4), (3, 3), (20, 2)])
def test_random_policies(submission, rng, states, actions):
    """Agrees with a sum for each of `states` states with `actions` actions."""
    q, policy = rng.normal(size=(states, actions)), random_policy(rng, states, actions)
    expected = [float(p @ values) for p, values in zip(policy, q, strict=True)]
    assert_close(submission.v_from_q(q, policy), expected, rtol=1e-4, atol=1e-5, next_step=WEIGH)


@pytest.mark.task(2)
def test_reward_and_what_follows(submission):
    """Adds the discounted expected value of the next state to the reward."""
    transition = np.array([[[0.0, 1.0], [0.5, 0.5]], [[1.0, 0.0], [0.25, 0.75]]])
    reward = np.array([[1.0, -1.0], [0.0, 2.0]])
    returned = submission.q_from_v(np.array([4.0, 8.0]), transition, reward, np.array([False, False]), 0.5)
    assert_close(returned, [[5.0, 2.0], [2.0, 5.5]], next_step=MODEL)


@pytest.mark.task(2)
@pytest.mark.parametrize(("discount", "expected"), [(0.0, 3.0), (0.25, 5.0), (1.0, 11.0)])
def test_discounts_the_future_only(submission, discount, expected):
    """Discounts the next state's value by `discount`, and not the reward."""
    returned = submission.q_from_v(np.array([8.0]), np.ones((1, 1, 1)), np.array([[3.0]]), np.array([False]), discount)
    assert_close(returned, [[expected]], next_step=MODEL)


@pytest.mark.task(2)
def test_nothing_follows_a_terminal_state(submission):
    """Counts no value of a terminal next state, and acts as usual elsewhere."""
    transition = np.array([[[0.0, 0.5, 0.5]], [[1.0, 0.0, 0.0]], [[0.0, 0.0, 1.0]]])
    reward, terminal = np.array([[1.0], [2.0], [0.0]]), np.array([False, True, False])
    returned = submission.q_from_v(np.array([10.0, 100.0, 4.0]), transition, reward, terminal, 0.5)
    step = "It is the state of *arrival* that must not be terminal: leave its value out of the sum."
    assert_close(np.asarray(returned)[[0, 2]], [[2.0], [2.0]], next_step=step)


@pytest.mark.task(2)
def test_leaves_values_alone(submission, shared):
    """Leaves `v` as it was."""
    v, transition = shared([10.0, 100.0]), np.array([[[0.5, 0.5]], [[0.0, 1.0]]])
    returned = submission.q_from_v(v, transition, np.ones((2, 1)), np.array([False, True]), 1.0)
    assert_close(np.asarray(returned)[0], [6.0], next_step=MODEL)
    assert_close(v, [10.0, 100.0], next_step="Set terminal values to 0 in an array of your own.")


@pytest.mark.task(2)
@pytest.mark.parametrize(("states", "actions"), [(2, 3), (6, 6), (15, 2)])
def test_random_models(submission, rng, states, actions):
    """Agrees with a sum over next states, for `states` states and `actions` actions."""
    transition, reward, terminal = random_model(rng, states, actions)
    v = rng.normal(size=states)
    expected = [
        [reward[s, a] + 0.7 * sum(transition[s, a, t] * v[t] for t in range(states - 1)) for a in range(actions)]
        for s in range(states - 1)
    ]
    returned = submission.q_from_v(v, transition, reward, terminal, 0.7)
    step = "The axes of `transition` are state, action and next state."
    assert_close(np.asarray(returned)[:-1], expected, rtol=1e-4, atol=1e-5, next_step=step)


@pytest.mark.task(3)
def test_random_walk(submission):
    """Gives the chances to reach the right end of a random walk, which are k/6."""
    transition = np.zeros((7, 2, 7))
    for state in range(1, 6):
        transition[state, 0, state - 1] = transition[state, 1, state + 1] = 1
    transition[0, :, 0] = transition[6, :, 6] = 1
    reward, terminal = np.zeros((7, 2)), np.isin(np.arange(7), [0, 6])
    reward[5, 1] = 1
    returned = submission.evaluate_policy(np.full((7, 2), 0.5), transition, reward, terminal, 1.0)
    expected = [0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 0]
    assert_close(returned, expected, atol=0.0011, rtol=0, next_step=SWEEP)


@pytest.mark.task(3)
def test_is_about_the_policy(submission):
    """Evaluates the policy that it is given, good or bad."""
    transition, reward = np.ones((1, 3, 1)), np.array([[1.0, 0.0, -2.0]])
    for policy, expected in (([0.0, 0.0, 1.0], -4.0), ([0.5, 0.0, 0.5], -1.0), ([1.0, 0.0, 0.0], 2.0)):
        returned = submission.evaluate_policy(np.array([policy]), transition, reward, np.array([False]), 0.5)
        step = "Weigh the actions by `policy`, also where another one would be better."
        assert_close(returned, [expected], atol=0.0011, rtol=0, next_step=step)


@pytest.mark.task(3)
@pytest.mark.parametrize("discount", [0.0, 0.5, 0.9, 0.99])
def test_random_evaluations(submission, rng, discount):
    """Comes within 0.001 of the values of random policies, for a discount of `discount`."""
    for states, actions in ((2, 1), (5, 3), (12, 2)):
        model, policy = random_model(rng, states, actions), random_policy(rng, states, actions)
        if discount == 0.99:
            model[0][:-1, :, -1] /= 50  # Episodes last long.
            model[0][:-1] /= model[0][:-1].sum(axis=-1, keepdims=True)
        returned = submission.evaluate_policy(policy, *model, discount)
        assert_close(returned, solution(policy, *model, discount), atol=0.0011, rtol=2e-5, next_step=SWEEP)


@pytest.mark.task(3)
def test_slow_state_counts(submission):
    """Goes on while any state still changes, up or down."""
    # State 0 is settled at once; states 1 and 2 stay with 0.9, and gain or lose 1 at each step.
    transition = np.array(
        [[[0.0, 0.0, 0.0, 1.0]], [[0.0, 0.9, 0.0, 0.1]], [[0.0, 0.0, 0.9, 0.1]], [[0.0, 0.0, 0.0, 1.0]]]
    )
    for rewards, expected in (([1, -1, -1, 0], [1, -10, -10, 0]), ([-1, 1, 1, 0], [-1, 10, 10, 0])):
        reward = np.array(rewards, dtype="float64")[:, None]
        returned = submission.evaluate_policy(np.ones((4, 1)), transition, reward, np.arange(4) == 3, 1.0)
        assert_close(
            returned, expected, atol=0.0011, rtol=0, next_step="Stop when the largest change of all states is tiny."
        )
