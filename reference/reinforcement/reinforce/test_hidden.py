"""What `reinforce` must do.

The judge keeps worlds, solves them, and follows each update from its own notes: hence more than 200 lines.
"""

import itertools

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_shape
from grader.testing import check

DISCOUNT = 0.9
LEARNING_RATE = 0.1
EPISODES = 600
SOFTMAX = "The row of the state has 1 - π at the action and -π elsewhere; all other rows are 0."
WEIGHT = "Compute discount^t · G_t of each step on paper: which rewards are in it, and which power is at each?"
UPDATE = "Collect one episode with the table as it is, and only then add learning_rate times its gradient."


def softmax(row):
    exponentials = np.exp(row - row.max())
    return exponentials / exponentials.sum()


def gradient_of(theta, steps, discount):
    """The gradient of an episode, as a sum over all pairs of a step and a reward after it."""
    gradient = np.zeros(theta.shape)
    for t, (state, action, _) in enumerate(steps):
        weight = sum(discount**k * reward for k, (_, _, reward) in enumerate(steps) if k >= t)
        gradient[state] -= weight * softmax(theta[state])
        gradient[state, action] += weight
    return gradient


class World:
    """A world in the judge, which remembers every step: episodes begin in state 0 and end by chance."""

    def __init__(self, rng, states=4, actions=3, ends=0.25, max_steps=30):
        self.rng, self.max_steps = rng, max_steps
        self.transition = (1 - ends) * rng.dirichlet(np.full(states, 0.4), size=(states, actions))
        self.reward = rng.normal(size=(states, actions))
        self.seeds, self.episodes, self.late = [], [], 0

    def train(self, submission, support, episodes, seed, *, learning_rate=LEARNING_RATE, discount=DISCOUNT):
        remote = support.RemoteEnvironment(*self.reward.shape, self.reset, self.step)
        return assert_shape(submission.train(remote, episodes, learning_rate, discount, seed), self.reward.shape)

    def reset(self, seed):
        self.seeds.append(seed)
        self.episodes.append([])
        self.state, self.ended = 0, False
        return 0

    def step(self, action):
        self.late += self.ended
        before, following = self.state, self.transition[self.state, action]
        reward = float(self.reward[before, action])
        self.episodes[-1].append((before, action, reward))
        drawn = int((self.rng.random() >= np.cumsum(following)).sum())
        terminated = drawn == len(following)
        truncated = len(self.episodes[-1]) >= self.max_steps
        self.state, self.ended = 0 if terminated else drawn, terminated or truncated
        return self.state, reward, terminated, truncated and not terminated

    def follow(self, learning_rate=LEARNING_RATE, discount=DISCOUNT):
        """The table before each episode, and the one after the last, from the notes alone."""
        theta = np.zeros(self.reward.shape)
        yield theta
        for steps in filter(None, self.episodes):
            theta = theta + learning_rate * gradient_of(theta, steps, discount)
            yield theta

    def value(self, policy):
        """The exact value of a policy at the start."""
        following = np.einsum("sa,sat->st", policy, self.transition)
        system = np.eye(len(policy)) - DISCOUNT * following
        return float(np.linalg.solve(system, (policy * self.reward).sum(axis=1))[0])

    def best_value(self):
        """The value of the best policy, by trying all that always do the same."""
        states, actions = self.reward.shape
        return max(
            self.value(np.eye(actions)[list(choice)]) for choice in itertools.product(range(actions), repeat=states)
        )


@pytest.mark.task(1)
def test_gradient_of_one_action(submission):
    """Has 1 - π at the action, -π at the others, and 0 in all other states."""
    theta = np.log([[1.0, 1.0, 1.0], [0.2, 0.5, 0.3]])
    returned = submission.log_prob_gradient(theta, 1, 2)
    assert_close(returned, [[0.0, 0.0, 0.0], [-0.2, -0.5, 0.7]], atol=1e-6, next_step=SOFTMAX)


@pytest.mark.task(1)
@pytest.mark.parametrize(("states", "actions"), [(1, 2), (5, 4)])
def test_gradient_is_a_slope(submission, rng, shared, states, actions):
    """Agrees with small differences of log π, for `states` states with `actions` actions, and leaves `theta` alone."""
    for _ in range(3):
        theta = rng.normal(size=(states, actions))
        s, a = int(rng.integers(states)), int(rng.integers(actions))
        slopes = np.zeros(theta.shape)
        for place in np.ndindex(theta.shape):
            ahead, behind = theta.copy(), theta.copy()
            ahead[place] += 1e-5
            behind[place] -= 1e-5
            slopes[place] = (np.log(softmax(ahead[s])[a]) - np.log(softmax(behind[s])[a])) / 2e-5
        kept = shared(theta)
        assert_close(submission.log_prob_gradient(kept, s, a), slopes, rtol=1e-3, atol=1e-5, next_step=SOFTMAX)
        assert_close(kept, theta, next_step="Work on an array of your own: `theta` belongs to the caller.")


@pytest.mark.task(1)
def test_large_entries(submission):
    """Stays finite for entries as large as 1,000."""
    step = "Subtract the largest entry of the row before you take exponentials."
    returned = submission.log_prob_gradient(np.array([[1000.0, 1000.0]]), 0, 1)
    assert_close(returned, [[-0.5, 0.5]], next_step=step)
    assert_close(submission.log_prob_gradient(np.array([[1000.0, 0.0]]), 0, 1), [[-1.0, 1.0]], next_step=step)


@pytest.mark.task(2)
def test_weights_by_hand(submission):
    """Weighs each action by the rewards from its own on, discounted to the beginning of the episode."""
    # 1 + 2/2 + 8/4 = 4 for the first action, 1 + 2 = 3 for the second and 2 for the third; each has a state of its own.
    returned = submission.episode_gradient(np.zeros((3, 2)), [0, 1, 2], [0, 0, 1], [1.0, 2.0, 8.0], 0.5)
    assert_close(returned, [[2.0, -2.0], [1.5, -1.5], [-1.0, 1.0]], next_step=WEIGHT)


@pytest.mark.task(2)
def test_adds_up_a_state_that_comes_again(submission):
    """Adds up what several steps in one state say."""
    returned = submission.episode_gradient(np.zeros((2, 2)), [1, 1, 1], [0, 1, 0], [1.0, 1.0, 1.0], 1.0)
    step = "The weights are 3, 2 and 1: a state that comes three times gets three terms."
    assert_close(returned, [[0.0, 0.0], [1.0, -1.0]], next_step=step)


@pytest.mark.task(2)
@pytest.mark.parametrize("discount", [0.0, 0.5, 1.0])
def test_random_episodes(submission, rng, discount):
    """Agrees with the definition for random episodes and a discount of `discount`."""
    for length in (1, 2, 9):
        theta = rng.normal(size=(4, 3))
        steps = [(int(rng.integers(4)), int(rng.integers(3)), float(rng.normal())) for _ in range(length)]
        returned = submission.episode_gradient(theta, *map(list, zip(*steps, strict=True)), discount)
        assert_close(returned, gradient_of(theta, steps, discount), rtol=1e-4, atol=1e-5, next_step=WEIGHT)


@pytest.mark.task(2)
def test_average_is_the_gradient(submission, rng):
    """Averages over all possible episodes to the exact gradient of the expected return."""
    theta, reward, discount = rng.normal(size=(2, 2)), rng.normal(size=(2, 2)), 0.7

    def expected_return(table):
        # Two steps: action a in state 0 leads to state a, where the second action is the last.
        total = 0.0
        for first, second in np.ndindex(2, 2):
            probability = softmax(table[0])[first] * softmax(table[first])[second]
            total += probability * (reward[0, first] + discount * reward[first, second])
        return total

    average, slope = np.zeros((2, 2)), np.zeros((2, 2))
    for first, second in np.ndindex(2, 2):
        probability = softmax(theta[0])[first] * softmax(theta[first])[second]
        rewards = [float(reward[0, first]), float(reward[first, second])]
        gradient = submission.episode_gradient(theta, [0, first], [first, second], rewards, discount)
        average += probability * assert_shape(gradient, (2, 2))
    for place in np.ndindex(2, 2):
        nudge = np.zeros((2, 2))
        nudge[place] = 1e-5
        slope[place] = (expected_return(theta + nudge) - expected_return(theta - nudge)) / 2e-5
    assert_close(average, slope, rtol=1e-3, atol=1e-4, next_step=WEIGHT)


@pytest.mark.task(3)
@pytest.mark.parametrize("max_steps", [4, 30])
def test_updates_once_an_episode(submission, support, rng, seed, max_steps):
    """Is where the steps along the gradients of its own episodes lead, with at most `max_steps` steps in each."""
    world = World(rng, ends=0.3 if max_steps == 30 else 0.0, max_steps=max_steps)
    theta = world.train(submission, support, 12, seed, learning_rate=0.2, discount=0.8)
    played = len([steps for steps in world.episodes if steps])
    step = "Play `episodes` episodes, each until `step` says terminated or truncated and no longer."
    check(not world.late, "The agent steps on after the end of an episode.", next_step=step, tag="goes on")
    check(played == 12, "The number of episodes is another one.", returned=played, expected=12, next_step=step)
    *_, expected = world.follow(0.2, 0.8)
    assert_close(theta, expected, rtol=1e-3, atol=1e-4, next_step=UPDATE)


@pytest.mark.task(3)
def test_seeds_the_environment_once(submission, support, rng, seed):
    """Gives `seed` to the first `reset`, and nothing to the others."""
    world = World(rng)
    world.train(submission, support, 5, seed)
    tag = {0: "never", len(world.seeds): "always"}.get(world.seeds.count(seed), "otherwise")
    step = "Call `reset(seed=seed)` first and `reset()` later."
    is_right = world.seeds[:1] == [seed] and not any(number is not None for number in world.seeds[1:])
    check(is_right, "Only the first `reset` gets `seed`.", returned=world.seeds, tag=tag, next_step=step)


@pytest.mark.task(3)
def test_seed_fixes_the_table(submission, support, seed):
    """Returns the same table for the same seed, and a different one for a different seed."""
    first, again, other = (
        World(np.random.default_rng(5)).train(submission, support, 8, number) for number in (seed, seed, seed + 1)
    )
    step = "Make one generator from `seed`, and take every random number of the agent from it."
    check(np.array_equal(first, again), "Two equal seeds give different tables.", next_step=step, tag="other chance")
    check(not np.array_equal(first, other), "Two different seeds give the same table.", next_step=step, tag="no chance")


@pytest.mark.task(3)
def test_learns(submission, support, rng, seed, threshold, pictures):
    """Acts by its own policy, and comes closer to the best one in 600 episodes."""
    shares = []
    for _ in range(2):
        world = World(rng)
        worst, best = world.value(np.full((4, 3), 1 / 3)), world.best_value()
        while best - worst < 0.5:
            world = World(rng)
            worst, best = world.value(np.full((4, 3), 1 / 3)), world.best_value()
        world.train(submission, support, EPISODES, seed)
        check_draws(world)
        tables = list(world.follow())[::10]
        values = [world.value(np.stack([softmax(row) for row in table])) for table in tables]
        shares.append((values[-1] - worst) / (best - worst))
    episode = 10 * np.arange(len(values))
    curves = {"policy": values, "best policy": 0 * episode + best, "random policy": 0 * episode + worst}
    pictures.curves("learning", episode, curves, xlabel="episode", ylabel="value at the start")
    threshold(
        "return", float(np.mean(shares)), next_step="Print the average reward of every hundred episodes: does it grow?"
    )


def check_draws(world):
    """Compares how often each action was taken with the probabilities that the policy had at each step."""
    taken, expected, spread = np.zeros(3), np.zeros(3), np.zeros(3)
    for theta, steps in zip(world.follow(), filter(None, world.episodes), strict=False):
        for state, action, _ in steps:
            probabilities = softmax(theta[state])
            taken[action] += 1
            expected += probabilities
            spread += probabilities * (1 - probabilities)
    deviations = (taken - expected) / np.sqrt(spread + 1)
    check(
        bool((np.abs(deviations) < 6).all()),
        f"Of {taken.sum():.0f} actions the policy lets one expect other numbers.",
        returned=taken.astype(int).tolist(),
        expected=expected.round().astype(int).tolist(),
        next_step="Draw each action with the probabilities of the state's row, as the table is in this episode.",
        tag="evenly" if np.ptp(taken) < 6 * np.sqrt(taken.sum()) else "otherwise",
    )
