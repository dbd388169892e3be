"""What `actor_critic` must do.

The judge keeps worlds, solves them, and follows each update from its own notes: hence more than 200 lines.
"""

import itertools

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_length
from grader.testing import assert_shape
from grader.testing import check

DISCOUNT = 0.9
STEPS = 3000
RATES = (0.1, 0.2)
ERROR = "Reward plus discounted value of the next state, less the value before; a terminated step has no next value."
BOTH = "Compute the error and the probabilities from the old tables, and then move the row and the value of the state before."
FOLLOW = (
    "After each step one update with the state, the action and the reward of that step, and the state that it led to."
)


def softmax(row):
    exponentials = np.exp(row - row.max())
    return exponentials / exponentials.sum()


def step_of(theta, v, step, rates, discount):
    """Both tables after one step, entry by entry."""
    s_tm1, a_tm1, r_t, s_t, terminated_t = step
    delta = r_t + (0.0 if terminated_t else discount * v[s_t]) - v[s_tm1]
    theta, v, policy = theta.copy(), v.copy(), softmax(theta[s_tm1])
    for action, probability in enumerate(policy):
        theta[s_tm1, action] += rates[0] * delta * ((action == a_tm1) - probability)
    v[s_tm1] += rates[1] * delta
    return theta, v


class World:
    """A world in the judge, which remembers every step: episodes begin in state 0 and end by chance."""

    def __init__(self, rng, states=4, actions=3, ends=0.25, max_steps=30):
        self.rng, self.max_steps = rng, max_steps
        self.transition = (1 - ends) * rng.dirichlet(np.full(states, 0.4), size=(states, actions))
        self.reward = rng.normal(size=(states, actions))
        self.seeds, self.memory, self.late, self.ended = [], [], 0, True

    def train(self, submission, support, steps, seed, rates=RATES, discount=DISCOUNT):
        remote = support.RemoteEnvironment(*self.reward.shape, self.reset, self.step)
        theta, v = assert_length(submission.train(remote, steps, *rates, discount, seed), 2, of="tables")
        return assert_shape(theta, self.reward.shape, name="theta"), assert_shape(v, (len(self.reward),), name="v")

    def reset(self, seed):
        self.seeds.append(seed)
        self.state, self.length, self.ended = 0, 0, False
        return 0

    def step(self, action):
        self.late += self.ended
        self.length += 1
        before, following = self.state, self.transition[self.state, action]
        reward = float(self.reward[before, action])
        drawn = int((self.rng.random() >= np.cumsum(following)).sum())
        terminated = drawn == len(following)
        # A terminal state looks like any other, so that its value is there to be counted by mistake.
        self.state = int(self.rng.integers(len(following))) if terminated else drawn
        self.memory.append((before, action, reward, self.state, terminated))
        self.ended = terminated or self.length >= self.max_steps
        return self.state, reward, terminated, self.ended and not terminated

    def follow(self, rates=RATES, discount=DISCOUNT):
        """Both tables before each step, and after the last, from the notes alone."""
        theta, v = np.zeros(self.reward.shape), np.zeros(len(self.reward))
        yield theta, v
        for step in self.memory:
            theta, v = step_of(theta, v, step, rates, discount)
            yield theta, v

    def value(self, policy):
        """The exact value of a policy at the start."""
        system = np.eye(len(policy)) - DISCOUNT * np.einsum("sa,sat->st", policy, self.transition)
        return float(np.linalg.solve(system, (policy * self.reward).sum(axis=1))[0])

    def best_value(self):
        """The value of the best policy, by trying all that always do the same."""
        states, actions = self.reward.shape
        return max(
            self.value(np.eye(actions)[list(choice)]) for choice in itertools.product(range(actions), repeat=states)
        )


@pytest.mark.task(1)
def test_errors_by_hand(submission):
    """Subtracts what was expected from the reward and what is expected now."""
    v_tm1, r_t, v_t = np.array([4.0, -2.0, 0.0]), np.array([1.0, 0.0, -3.0]), np.array([10.0, 8.0, -6.0])
    returned = submission.td_errors(v_tm1, r_t, np.zeros(3, dtype=bool), v_t, 0.5)
    assert_close(returned, [2.0, 6.0, -6.0], next_step=ERROR)


@pytest.mark.task(1)
def test_nothing_follows_a_terminal_state(submission):
    """Counts no next value after a terminated step, whatever it is."""
    values = np.array([99.0, 99.0])
    returned = submission.td_errors(np.array([4.0, 4.0]), np.ones(2), np.array([True, False]), values, 0.5)
    assert_close(returned, [-3.0, 46.5], next_step=ERROR)


@pytest.mark.task(1)
@pytest.mark.parametrize("discount", [0.0, 0.7, 1.0])
def test_random_errors(submission, rng, discount):
    """Agrees with the definition for a discount of `discount`."""
    for steps in (1, 9):
        v_tm1, r_t, v_t = rng.normal(size=(3, steps))
        terminated_t = rng.random(steps) < 0.4
        expected = [
            r - before + (0.0 if ends else discount * after)
            for before, r, ends, after in zip(v_tm1, r_t, terminated_t, v_t, strict=True)
        ]
        returned = submission.td_errors(v_tm1, r_t, terminated_t, v_t, discount)
        assert_close(returned, expected, rtol=1e-4, atol=1e-5, next_step=ERROR)


def call_update(submission, theta, v, step, rates, discount):
    theta, v = assert_length(submission.update(theta, v, *step, *rates, discount), 2, of="tables")
    return assert_shape(theta, (None, None), name="theta"), assert_shape(v, (None,), name="v")


@pytest.mark.task(2)
def test_update_by_hand(submission):
    """Moves the action that was taken, and the value of the state before the step."""
    # The error is 3 + 0.5 * 4 - 1 = 4.
    theta, v = call_update(
        submission, np.zeros((2, 2)), np.array([1.0, 4.0]), (0, 1, 3.0, 1, False), (0.25, 0.125), 0.5
    )
    assert_close(theta, [[-0.5, 0.5], [0.0, 0.0]], name="theta", next_step=BOTH)
    assert_close(v, [1.5, 4.0], name="v", next_step=BOTH)


@pytest.mark.task(2)
@pytest.mark.parametrize("terminated_t", [False, True])
def test_random_updates(submission, rng, shared, terminated_t):
    """Agrees with the definition for random tables, and leaves the old ones alone; terminated is `terminated_t`."""
    for _ in range(4):
        theta, v = rng.normal(size=(5, 3)), 3 * rng.normal(size=5)
        step = (int(rng.integers(5)), int(rng.integers(3)), float(rng.normal()), int(rng.integers(5)), terminated_t)
        kept = shared(theta), shared(v)
        returned = call_update(submission, *kept, step, (0.3, 0.7), 0.8)
        for name, found, expected in zip(
            ("theta", "v"), returned, step_of(theta, v, step, (0.3, 0.7), 0.8), strict=True
        ):
            assert_close(found, expected, name=name, rtol=1e-4, atol=1e-5, next_step=BOTH)
        for name, found, expected in zip(("theta", "v"), kept, (theta, v), strict=True):
            assert_close(found, expected, name=name, next_step="Return new tables: the old ones belong to the caller.")


@pytest.mark.task(2)
def test_state_that_leads_to_itself(submission):
    """Uses the values from before the step where a state leads to itself."""
    theta, v = call_update(submission, np.zeros((1, 2)), np.array([2.0]), (0, 0, 1.0, 0, False), (0.5, 0.5), 0.5)
    # The error is 1 + 0.5 * 2 - 2 = 0.
    assert_close(theta, [[0.0, 0.0]], name="theta", next_step=BOTH)
    assert_close(v, [2.0], name="v", next_step=BOTH)


@pytest.mark.task(3)
@pytest.mark.parametrize("max_steps", [3, 30])
def test_learns_from_every_step(submission, support, rng, seed, max_steps):
    """Is where one update after each step leads, with at most `max_steps` steps in an episode."""
    world = World(rng, max_steps=max_steps, ends=0.02 if max_steps == 3 else 0.4)
    found = world.train(submission, support, 60, seed, (0.3, 0.4), 0.8)
    step = "An episode is over when `step` says terminated or truncated, whichever comes first: reset then."
    check(not world.late, "The agent steps on after the end of an episode.", next_step=step, tag="goes on")
    taken = len(world.memory)
    check(
        taken == 60,
        "The agent was to take 60 steps.",
        returned=taken,
        expected=60,
        next_step="Count steps, not episodes.",
    )
    *_, expected = world.follow((0.3, 0.4), 0.8)
    for name, returned, table in zip(("theta", "v"), found, expected, strict=True):
        assert_close(returned, table, name=name, rtol=1e-3, atol=1e-4, next_step=FOLLOW)


@pytest.mark.task(3)
def test_seeds_the_environment_once(submission, support, rng, seed):
    """Gives `seed` to the first `reset`, and nothing to the others."""
    world = World(rng)
    world.train(submission, support, 40, seed)
    tag = {0: "never", len(world.seeds): "always"}.get(world.seeds.count(seed), "otherwise")
    step = "Call `reset(seed=seed)` first and `reset()` later."
    is_right = world.seeds[:1] == [seed] and not any(number is not None for number in world.seeds[1:])
    check(is_right, "Only the first `reset` gets `seed`.", returned=world.seeds, tag=tag, next_step=step)


@pytest.mark.task(3)
def test_seed_fixes_the_tables(submission, support, seed):
    """Returns the same tables for the same seed, and different ones for a different seed."""
    first, again, other = (
        World(np.random.default_rng(5)).train(submission, support, 40, number)[0] for number in (seed, seed, seed + 1)
    )
    step = "Make one generator from `seed`, and take every random number of the agent from it."
    check(np.array_equal(first, again), "Two equal seeds give different tables.", next_step=step, tag="other chance")
    check(not np.array_equal(first, other), "Two different seeds give the same table.", next_step=step, tag="no chance")


@pytest.mark.task(3)
def test_learns(submission, support, rng, seed, threshold, pictures):
    """Acts by its own policy, and comes closer to the best one in 3,000 steps."""
    shares = []
    for _ in range(2):
        world, worst, best = draw_world(rng)
        world.train(submission, support, STEPS, seed)
        check_draws(world)
        values = [
            world.value(np.stack([softmax(row) for row in theta]))
            for theta, _ in itertools.islice(world.follow(), 0, None, 50)
        ]
        shares.append((values[-1] - worst) / (best - worst))
    step = 50 * np.arange(len(values))
    curves = {"policy": values, "best policy": 0 * step + best, "random policy": 0 * step + worst}
    pictures.curves("learning", step, curves, xlabel="step", ylabel="value at the start")
    threshold("return", float(np.mean(shares)), next_step="Print the average reward of every 500 steps: does it grow?")


def draw_world(rng):
    """Draws worlds until choosing well pays; with the values of the random and the best policy."""
    while True:
        world = World(rng)
        worst, best = world.value(np.full((4, 3), 1 / 3)), world.best_value()
        if best - worst >= 0.5:
            return world, worst, best


def check_draws(world):
    """Compares how often each action was taken with the probabilities that the policy had at each step."""
    taken, expected, spread = np.zeros(3), np.zeros(3), np.zeros(3)
    for (theta, _), (state, action, *_) in zip(world.follow(), world.memory, strict=False):
        probabilities = softmax(theta[state])
        taken[action] += 1
        expected += probabilities
        spread += probabilities * (1 - probabilities)
    check(
        bool((np.abs(taken - expected) < 6 * np.sqrt(spread + 1)).all()),
        f"Of {taken.sum():.0f} actions the policy lets one expect other numbers.",
        returned=taken.astype(int).tolist(),
        expected=expected.round().astype(int).tolist(),
        next_step="Draw each action with the probabilities of the state's row, as the table is at this step.",
        tag="evenly" if np.ptp(taken) < 6 * np.sqrt(taken.sum()) else "otherwise",
    )
