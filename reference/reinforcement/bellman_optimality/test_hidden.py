"""What `bellman_optimality` must do.

The judge solves models by a method of its own and draws a map: hence more than 200 lines.
"""

import gymnasium
import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_shape
from grader.testing import check

AHEAD = "For each action: its reward, plus the discount times the expected value of the next state. Then the maximum."
CLOSE = "The error may be discount / (1 - discount) times the largest change of the last backup."
LAKE = ["SFFF", "FHFH", "FFFH", "HFFG"]


def random_model(rng, states, actions):
    """A model whose last state is terminal, with nonsense in the rows of that state."""
    transition = rng.dirichlet(np.full(states, 0.3), size=(states, actions))
    reward, terminal = rng.normal(size=(states, actions)), np.arange(states) == states - 1
    transition[-1], reward[-1] = rng.dirichlet(np.ones(states)), 50.0
    return transition, reward, terminal


def look_ahead(v, transition, reward, terminal, discount):
    """The value of each action, sum by sum."""
    states, actions = reward.shape
    follows = [t for t in range(states) if not terminal[t]]
    return np.array(
        [
            [reward[s, a] + discount * sum(transition[s, a, t] * v[t] for t in follows) for a in range(actions)]
            for s in range(states)
        ]
    )


def optimum(transition, reward, terminal, discount):
    """The optimal values, by policy iteration."""
    states, policy = np.arange(len(terminal)), np.zeros(len(terminal), dtype=int)
    while True:
        system = np.eye(len(terminal)) - discount * transition[states, policy] * ~terminal
        v = np.where(terminal, 0.0, np.linalg.solve(system, reward[states, policy]))
        q = look_ahead(v, transition, reward, terminal, discount)
        better = np.where(q.max(axis=1) > q[states, policy] + 1e-9, q.argmax(axis=1), policy)
        if (better == policy)[~terminal].all():
            return v
        policy = np.where(terminal, 0, better)


@pytest.mark.task(1)
def test_best_action_of_each_state(submission):
    """Takes the best sum of reward and discounted future, even if it is negative."""
    transition = np.zeros((3, 2, 3))
    transition[0, 0, 1] = transition[0, 1, 2] = transition[1, :, 0] = transition[2, :, 2] = 1
    reward = np.array([[1.0, 0.0], [-3.0, -9.0], [2.0, -1.0]])
    returned = submission.backup(np.array([4.0, 2.0, 8.0]), transition, reward, np.zeros(3, dtype=bool), 0.5)
    assert_close(returned, [4.0, -1.0, 6.0], next_step=AHEAD)


@pytest.mark.task(1)
def test_chance_before_choice(submission):
    """Averages over the next states of each action, and only then takes the best action."""
    transition = np.array([[[0.0, 0.5, 0.5], [0.0, 0.5, 0.5]], [[0.0, 1.0, 0.0]] * 2, [[0.0, 0.0, 1.0]] * 2])
    reward = np.array([[0.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    returned = submission.backup(np.array([0.0, 10.0, -4.0]), transition, reward, np.zeros(3, dtype=bool), 1.0 / 2)
    assert_close(returned, [2.5, 5.0, -2.0], next_step=AHEAD)


@pytest.mark.task(1)
def test_nothing_follows_a_terminal_state(submission, shared):
    """Counts no value of a terminal state, gives it 0, and leaves `v` alone."""
    transition = np.array([[[0.0, 1.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]])
    v = shared([4.0, 100.0])
    returned = submission.backup(v, transition, np.array([[1.0, 0.0], [7.0, 7.0]]), np.array([False, True]), 0.5)
    assert_close(returned, [2.0, 0.0], next_step="A step that arrives in a terminal state has its reward, and no more.")
    assert_close(v, [4.0, 100.0], next_step="Set terminal values to 0 in an array of your own.")


@pytest.mark.task(1)
@pytest.mark.parametrize(("states", "actions"), [(2, 1), (5, 5), (9, 3)])
def test_random_backups(submission, rng, states, actions):
    """Agrees with sums for each of `states` states and `actions` actions, for several discounts."""
    for discount in (0.0, 0.6, 0.99):
        model, v = random_model(rng, states, actions), rng.normal(size=states)
        expected = np.where(model[2], 0.0, look_ahead(v, *model, discount).max(axis=1))
        assert_close(submission.backup(v, *model, discount), expected, rtol=1e-4, atol=1e-5, next_step=AHEAD)


@pytest.mark.task(2)
@pytest.mark.parametrize("discount", [0.0, 0.5, 0.9, 0.99])
def test_within_the_tolerance(submission, rng, discount):
    """Comes within the tolerance of the optimum, for a discount of `discount`."""
    for states, actions, tolerance in ((3, 2, 0.1), (8, 4, 0.01)):
        transition, reward, terminal = random_model(rng, states, actions)
        transition[:-1, :, -1] /= 30  # Episodes last long.
        transition[:-1] /= transition[:-1].sum(axis=-1, keepdims=True)
        returned = submission.value_iteration(transition, reward, terminal, discount, tolerance)
        expected = optimum(transition, reward, terminal, discount)
        assert_close(returned, expected, atol=1.01 * tolerance, rtol=1e-5, next_step=CLOSE)


@pytest.mark.task(2)
@pytest.mark.parametrize("gain", [-1.0, 1.0])
def test_waits_for_all_states(submission, gain):
    """Goes on while any state changes, up or down: one of them gains `gain` in each step."""
    # State 0 ends at once, state 1 stays for ever, state 2 is terminal.
    transition = np.zeros((3, 1, 3))
    transition[0, 0, 2] = transition[1, 0, 1] = transition[2, 0, 2] = 1
    reward, terminal = np.array([[-gain], [gain], [0.0]]), np.array([False, False, True])
    returned = submission.value_iteration(transition, reward, terminal, 0.9, 0.01)
    assert_close(returned, [-gain, 10 * gain, 0.0], atol=0.0101, rtol=0, next_step=CLOSE)


@pytest.mark.task(2)
def test_far_reward(submission):
    """Brings a reward back over 120 states, through all of which nothing changes at first."""
    states = 121
    transition = np.zeros((states, 1, states))
    transition[np.arange(120), 0, np.arange(1, states)] = transition[120, 0, 120] = 1
    reward = np.zeros((states, 1))
    reward[119] = 100.0
    returned = submission.value_iteration(transition, reward, np.arange(states) == 120, 0.99, 0.01)
    expected = [100 * 0.99**steps for steps in range(119, -1, -1)]
    assert_close(returned, [*expected, 0.0], atol=0.0101, rtol=1e-5, next_step=CLOSE)


def check_policy(returned, q, terminal):
    """Fails unless every action is a best one, up to rounding."""
    policy = assert_shape(returned, (len(q),))
    check(
        policy.dtype.kind in "iu" and bool(((policy >= 0) & (policy < q.shape[1])).all()),
        f"A policy has an integer from 0 to {q.shape[1] - 1} for each state.",
        returned=policy,
        next_step="Return the place of the best action, and not its value.",
        tag="no actions",
    )
    lost = q.max(axis=1) - q[np.arange(len(q)), policy]
    worst = int(np.where(terminal, -1.0, lost).argmax())
    check(
        bool((lost[~terminal] <= 1e-6).all()),
        f"In state {worst} another action is better by {lost[worst]:.4g}.",
        returned=policy,
        expected=q.argmax(axis=1),
        next_step=AHEAD,
    )


@pytest.mark.task(3)
def test_reward_and_future_decide(submission):
    """Weighs a reward now against a better state later, by the discount."""
    transition = np.zeros((2, 2, 2))
    transition[0, 0, 0] = transition[0, 1, 1] = transition[1, :, 1] = 1
    reward, v = np.array([[3.0, 0.0], [0.0, 1.0]]), np.array([4.0, 9.0])
    for discount in (0.2, 0.5, 0.7, 0.99):
        q = look_ahead(v, transition, reward, np.zeros(2, dtype=bool), discount)
        policy = submission.greedy_policy(v, transition, reward, np.zeros(2, dtype=bool), discount)
        check_policy(policy, q, np.zeros(2, dtype=bool))


@pytest.mark.task(3)
@pytest.mark.parametrize(("states", "actions"), [(2, 3), (10, 4)])
def test_random_policies(submission, rng, states, actions):
    """Chooses a best action in each of `states` states with `actions` actions, for values of any kind."""
    for _ in range(5):
        model, v = random_model(rng, states, actions), 3 * rng.normal(size=states)
        check_policy(submission.greedy_policy(v, *model, 0.9), look_ahead(v, *model, 0.9), model[2])


@pytest.mark.task(3)
def test_crosses_a_lake(submission, pictures):
    """Finds values and a policy for a slippery lake that are optimal to 0.001."""
    dynamics = gymnasium.make("FrozenLake-v1", desc=LAKE, disable_env_checker=True).unwrapped.P
    transition, reward, terminal = np.zeros((16, 4, 16)), np.zeros((16, 4)), np.zeros(16, dtype=bool)
    for state, action in np.ndindex(16, 4):
        for probability, next_state, r_t, terminated in dynamics[state][action]:
            transition[state, action, next_state] += probability
            reward[state, action] += probability * r_t
            terminal[next_state] |= terminated
    v = submission.value_iteration(transition, reward, terminal, 0.97, 1e-5)
    policy = submission.greedy_policy(v, transition, reward, terminal, 0.97)
    best = optimum(transition, reward, terminal, 0.97)
    assert_close(v, best, atol=1e-3, rtol=0, next_step=CLOSE)
    leave_picture(pictures, best, np.asarray(policy, dtype=int) % 4)
    q = look_ahead(best, transition, reward, terminal, 0.97)
    check_policy(policy, np.where(q > q.max(axis=1, keepdims=True) - 1e-3, q.max(axis=1, keepdims=True), q), terminal)


def leave_picture(pictures, v, policy):
    """Draws the lake from above: its tiles are brighter where more is expected, and arrows show the actions."""
    tiles = "".join(LAKE)
    images = [draw(tile, value / v.max(), action) for tile, value, action in zip(tiles, v, policy, strict=True)]
    names = {"H": "hole", "G": "goal"}
    labels = [names.get(tile, f"{value:.2f}") for tile, value in zip(tiles, v, strict=True)]
    pictures.images("lake", images, columns=4, labels=labels)


def draw(tile, level, action):
    """Draws one tile: a hole black, the goal green, ice in grey with a red arrow."""
    image = np.zeros((33, 33, 3))
    if tile == "G":
        image[:] = (0.0, 1.0, 0.4)
    if tile in "SF":
        image[:] = 0.3 + 0.6 * level
        y, x = np.mgrid[-16:17, -16:17]
        arrow = np.where(x < 2, (x >= -11) & (abs(y) <= 2), abs(y) <= 11 - x)
        # The arrow points to the right; the actions are left, down, right and up.
        image[np.rot90(arrow, (2, 3, 0, 1)[action])] = (1.0, 0.0, 0.0)
    return image
