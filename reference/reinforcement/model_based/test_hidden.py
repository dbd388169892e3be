"""What `model_based` must do.

A judge that keeps a lake, counts its steps and solves its model takes 90 lines: hence more than 200 lines.
"""

import gymnasium
import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_length
from grader.testing import check

SUCCESS_RATE = 0.6
DISCOUNT = 0.95
STEPS = 3000
BY_HAND = "Count the four steps on paper, for the pair of state 0 and action 1, and compare."
MODEL = "Give every step that the agent has taken to `estimate_model`, in the order of its parts."


class Lake:
    """A frozen lake in the judge, which remembers every step that is taken on it."""

    def __init__(self, rows, rewards=(1.0, 0.0, 0.0), success_rate=1.0, max_steps=100):
        self.seeds, self.memory, self.ended, self.late = [], [], True, 0
        self.environment = gymnasium.make(
            "FrozenLake-v1",
            desc=rows,
            reward_schedule=rewards,
            is_slippery=success_rate < 1,
            success_rate=success_rate,
            max_episode_steps=max_steps,
            disable_env_checker=True,
        )

    def train(self, submission, support, steps, discount, seed):
        """What the submission returns, as arrays."""
        states, actions = (
            int(space.n) for space in (self.environment.observation_space, self.environment.action_space)
        )
        remote = support.RemoteEnvironment(states, actions, self.reset, self.step)
        step = "Return three things: transition, reward and q."
        found = assert_length(submission.train(remote, steps, discount, seed), 3, next_step=step)
        return [np.asarray(part, dtype="float64") for part in found]

    def reset(self, seed):
        self.seeds.append(seed)
        self.state, self.ended = int(self.environment.reset(seed=seed)[0]), False
        return self.state

    def step(self, action):
        self.late += self.ended
        s_t, r_t, terminated_t, truncated_t, _ = self.environment.step(action)
        self.memory.append((self.state, action, float(r_t), int(s_t), bool(terminated_t)))
        self.state, self.ended = int(s_t), bool(terminated_t or truncated_t)
        return int(s_t), float(r_t), bool(terminated_t), bool(truncated_t)


def count(memory, states, actions):
    """The model of these steps, pair by pair."""
    transition, reward = np.zeros((states, actions, states)), np.zeros((states, actions))
    for state, action in np.ndindex(states, actions):
        steps = [step for step in memory if step[:2] == (state, action)]
        goes_on = [step[3] for step in steps if not step[4]]
        if steps:
            transition[state, action] = np.bincount(goes_on, minlength=states) / len(steps)
            reward[state, action] = np.mean([step[2] for step in steps])
        else:
            transition[state, action, state] = 1
    return transition, reward


def solve(transition, reward, discount):
    """The optimal action values, by policy iteration."""
    states = np.arange(len(reward))
    policy = np.zeros(len(reward), dtype=int)
    while True:
        system = np.eye(len(reward)) - discount * transition[states, policy]
        q = reward + discount * transition @ np.linalg.solve(system, reward[states, policy])
        better = np.where(q.max(axis=1) > q[states, policy] + 1e-9, q.argmax(axis=1), policy)
        if (better == policy).all():
            return q
        policy = better


def estimate(submission, memory, states=3, actions=2):
    return assert_length(submission.estimate_model(memory, states, actions), 2)


@pytest.mark.task(1)
def test_shares_of_the_steps(submission):
    """Gives the share of the steps that led to each next state, and 0 to all others."""
    memory = [(0, 1, 0.0, 1, False), (0, 1, 0.0, 1, False), (0, 1, 0.0, 2, False), (0, 1, 0.0, 1, False)]
    transition, _ = estimate(submission, memory)
    assert_close(np.asarray(transition)[0, 1], [0.0, 0.75, 0.25], next_step=BY_HAND)


@pytest.mark.task(1)
def test_divides_by_the_steps_of_the_pair(submission):
    """Compares steps with the same state and the same action only."""
    memory = [(0, 0, 0.0, 1, False), (0, 0, 0.0, 2, False), *[(0, 1, 0.0, 1, False)] * 3, (1, 0, 0.0, 0, False)]
    transition, _ = estimate(submission, memory)
    step = "Divide by the number of steps of this state *and* this action, which differs from pair to pair."
    assert_close(np.asarray(transition)[0, 0], [0.0, 0.5, 0.5], next_step=step)


@pytest.mark.task(1)
def test_average_reward(submission):
    """Averages the rewards of a pair."""
    _, reward = estimate(submission, [(2, 0, 5.0, 1, False), (2, 0, -1.0, 2, False), (0, 1, 7.0, 0, False)])
    assert_close(np.asarray(reward)[2, 0], 2.0, next_step="The rewards are 5 and -1, and their average is 2.")


@pytest.mark.task(1)
def test_ends_are_steps(submission):
    """Counts a step that ends the episode with its reward, and leads it nowhere."""
    memory = [(0, 1, 4.0, 2, True), (0, 1, 0.0, 1, False), (0, 1, 0.0, 2, True), (0, 1, 0.0, 1, False)]
    transition, reward = estimate(submission, memory)
    step = "Two of the four steps go on, so the row adds up to a half; the reward of 4 is one of four rewards."
    assert_close(np.asarray(transition)[0, 1], [0.0, 0.5, 0.0], next_step=step)
    assert_close(np.asarray(reward)[0, 1], 1.0, next_step=step)


@pytest.mark.task(1)
def test_pair_that_was_never_tried(submission):
    """Lets a pair that was never tried stay in its state, without a reward."""
    transition, reward = estimate(submission, [(0, 1, 4.0, 2, True)])
    expected = np.zeros((3, 2, 3))
    for state, action in [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1)]:
        expected[state, action, state] = 1
    step = "Fill in the pairs without a step: they lead to their own state with probability 1, and their reward is 0."
    assert_close(transition, expected, next_step=step)
    assert_close(reward, [[0.0, 4.0], [0.0, 0.0], [0.0, 0.0]], next_step=step)


@pytest.mark.task(1)
@pytest.mark.parametrize(("states", "actions"), [(1, 1), (4, 3), (12, 2)])
def test_counts_random_steps(submission, rng, states, actions):
    """Agrees with a count pair by pair, for `states` states and `actions` actions."""
    draws = rng.integers([states, actions, states, 4], size=(60, 4))
    memory = [(int(s), int(a), float(rng.normal()), int(t), bool(end == 0)) for s, a, t, end in draws]
    for returned, expected in zip(
        estimate(submission, memory, states, actions), count(memory, states, actions), strict=True
    ):
        assert_close(returned, expected, next_step="The axes are state, action and, of `transition`, next state.")


@pytest.mark.task(2)
def test_plans_by_hand(submission):
    """Adds to each reward the discounted value of what follows."""
    # In state 0, action 0 ends with 0.5; action 1 leads to state 1, where the only sensible action ends with 1.
    transition = np.zeros((2, 2, 2))
    transition[0, 1, 1] = 1
    reward = np.array([[0.5, 0.0], [-1.0, 1.0]])
    step = "The best action in state 1 is worth 1. A step later, from state 0, it is worth the discount times that."
    assert_close(submission.plan(transition, reward, 0.8), [[0.5, 0.8], [-1.0, 1.0]], atol=0.01, rtol=0, next_step=step)


@pytest.mark.task(2)
@pytest.mark.parametrize("discount", [0.0, 0.5, 0.9, 0.99])
def test_solves_the_equation(submission, rng, discount):
    """Comes within 0.01 of the solution for a discount of `discount`."""
    for states, actions in ((2, 1), (6, 3)):
        transition = rng.dirichlet(np.ones(states), size=(states, actions)) * rng.choice(
            [1, 0.995], (states, actions, 1)
        )
        reward = rng.uniform(-1, 1, size=(states, actions))
        returned = submission.plan(transition, reward, discount)
        step = "Put your table into the equation: how far is it from itself? The error may be 1 / (1 - discount) times that."
        assert_close(returned, solve(transition, reward, discount), atol=0.011, rtol=0, next_step=step)


@pytest.mark.task(3)
def test_takes_all_steps(submission, support, seed):
    """Takes `steps` steps, and begins a new episode whenever one is over."""
    lake = Lake(["SFFF", "FHFF", "FFFG"], max_steps=9)
    lake.train(submission, support, 150, 0.9, seed)
    step = "An episode is over when `step` says terminated or truncated, whichever comes first: reset then."
    check(not lake.late, "The agent steps on after the end of an episode.", next_step=step, tag="goes on")
    taken = len(lake.memory)
    step = "Count steps, and not episodes."
    check(
        taken == 150,
        "The agent was to take 150 steps.",
        returned=taken,
        expected=150,
        next_step=step,
        tag="other count",
    )


@pytest.mark.task(3)
def test_seeds_the_environment_once(submission, support, seed):
    """Gives `seed` to the first `reset`, and nothing to the others."""
    lake = Lake(["SFFF", "FFFF", "FFFG"], max_steps=8)
    lake.train(submission, support, 40, 0.9, seed)
    tag = {0: "never", len(lake.seeds): "always"}.get(lake.seeds.count(seed), "otherwise")
    step = "Call `reset(seed=seed)` first and `reset()` later: seeded each time, the ice always slips in the same way."
    is_right = lake.seeds[:1] == [seed] and not any(number is not None for number in lake.seeds[1:])
    check(is_right, "Only the first `reset` gets `seed`.", returned=lake.seeds, tag=tag, next_step=step)


@pytest.mark.task(3)
@pytest.mark.parametrize(
    ("rows", "max_steps"), [(["SFF", "FHG"], 100), (["SF", "FF"], 3)], ids=["with ends", "cut off"]
)
def test_model_is_that_of_all_steps(submission, support, seed, rows, max_steps):
    """Returns the model of every step that was taken, on a lake `rows` where episodes last `max_steps` steps at most."""
    lake = Lake(rows, (1.0, -1.0, 0.125), SUCCESS_RATE, max_steps)
    found = lake.train(submission, support, 300, 0.9, seed)
    for returned, expected in zip(found, count(lake.memory, len(found[1]), 4), strict=False):
        assert_close(returned, expected, next_step=MODEL)
    step = "Plan in the model that you return, with `discount`."
    assert_close(found[2], solve(*found[:2], 0.9), atol=0.011, rtol=0, next_step=step)


@pytest.mark.task(3)
def test_explores(submission, support, seed):
    """Tries every action in every state of a small lake."""
    lake = Lake(["SF", "FG"])
    lake.train(submission, support, 300, 0.9, seed)
    tried = {step[:2] for step in lake.memory}
    step = "An agent that always does what looks best never learns what else there is: let it act at random."
    check(len(tried) == 12, "Of 12 pairs of state and action not all were tried.", returned=len(tried), next_step=step)


@pytest.mark.task(3)
def test_crosses_the_ice(submission, support, rng, seed, threshold):
    """Crosses slippery lakes almost as well as possible."""
    step = "Print for each pair how often it was tried: what was hardly tried cannot be planned with."
    threshold("return", judge(submission, support, rng, seed), next_step=step)


def judge(submission, support, rng, seed):
    """Trains on two random lakes and computes the greedy policy's return as a share of the best one, on average."""
    shares = []
    for _ in range(2):
        lake, transition, reward = random_lake(rng)
        q = Lake(lake, success_rate=SUCCESS_RATE).train(submission, support, STEPS, DISCOUNT, seed)[2]
        values = [value_of(transition, reward, table) for table in (q, solve(transition, reward, DISCOUNT))]
        shares.append(values[0] / values[1])
    return float(np.mean(shares))


def random_lake(rng):
    """Draws lakes until one has two holes and more, and is crossed by chance now and then; adds the model, untold."""
    while True:
        tiles = rng.choice(["F", "H"], p=[0.8, 0.2], size=(4, 5))
        tiles[0, 0], tiles[-1, -1] = "S", "G"
        rows = ["".join(row) for row in tiles]
        dynamics = Lake(rows, success_rate=SUCCESS_RATE).environment.unwrapped.P
        transition, reward = np.zeros((20, 4, 20)), np.zeros((20, 4))
        for state, action in np.ndindex(20, 4):
            for probability, next_state, value, terminated in dynamics[state][action]:
                reward[state, action] += probability * value
                transition[state, action, next_state] += probability * (not terminated)
        at_random = np.linalg.solve(np.eye(20) - transition.mean(axis=1), reward.mean(axis=1))[0]
        if (tiles == "H").sum() >= 2 and at_random > 0.15:
            return rows, transition, reward


def value_of(transition, reward, q):
    """The exact discounted return of a table's greedy policy from the first tile."""
    states, policy = np.arange(len(reward)), q.argmax(axis=1)
    system = np.eye(len(reward)) - DISCOUNT * transition[states, policy]
    return float(np.linalg.solve(system, reward[states, policy])[0])
