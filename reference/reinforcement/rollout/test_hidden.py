"""What `rollout` must do.

The judge keeps environment and policy, and takes notes of both: hence more than 200 lines.
"""

from dataclasses import dataclass
from dataclasses import field

import gymnasium
import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_length
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import unpack

DIMS, ACTIONS, PATIENCE = 3, 4, 50
ENDS = {"terminated": (True, False), "truncated": (False, True), "terminated and truncated": (True, True)}
TRAJECTORY = ["states", "actions", "rewards", "terminated", "truncated"]
COUNT = "T steps have T actions, T rewards and T + 1 states: the one from `reset`, and one from each step."
ORDER = "Compare your lists with the log on paper: what do `states[0]`, `actions[0]` and `rewards[0]` belong to?"
FLAGS = "`terminated` is what the last `step` said; `truncated` is what it said, or that `max_steps` steps were taken."
SEEDS = "Call `reset(seed=seed)` for the first episode, and leave out the seed for all others."


@dataclass
class Log:
    """What happened in an episode."""

    states: list = field(default_factory=list)
    actions: list = field(default_factory=list)
    rewards: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    answers: list = field(default_factory=list)


class World:
    """An environment in the judge with given ends, and a policy; both note what they are asked and what they answer."""

    def __init__(self, rng, *endings):
        self.rng, self.endings = rng, endings
        self.seeds, self.logs, self.late = [], [], 0

    def play(self, submission, support, *, max_steps=PATIENCE, seed=0, reuses_array=False):
        remote = support.RemoteEnvironment(DIMS, ACTIONS, self.reset, self.step, reuses_array)
        return submission.rollout(remote, self.policy, max_steps, seed), self.log

    def collect(self, submission, support, *, max_steps=PATIENCE, seed=0, reuses_array=False):
        remote = support.RemoteEnvironment(DIMS, ACTIONS, self.reset, self.step, reuses_array)
        return submission.collect(remote, self.policy, max_steps, len(self.endings), seed)

    @property
    def log(self):
        """The notes of the episode that was begun last."""
        check(self.logs, "No episode was begun.", next_step="Call `reset` first: it returns the state to begin with.")
        return self.logs[-1]

    def reset(self, seed):
        self.seeds.append(seed)
        self.logs.append(Log(states=[self.rng.normal(size=DIMS)]))
        return self.logs[-1].states[0]

    def policy(self, state):
        self.log.asked.append(state)
        self.log.answers.append(int(self.rng.integers(ACTIONS)))
        return self.log.answers[-1]

    def step(self, action):
        log = self.log
        length, end = self.endings[(len(self.logs) - 1) % len(self.endings)]
        self.late += len(log.actions) >= length
        log.states.append(self.rng.normal(size=DIMS))
        log.actions.append(action)
        log.rewards.append(float(self.rng.normal()))
        taken = len(log.actions)
        # Whoever waits for the other kind of end gets it after some steps too many.
        terminated, truncated = ENDS[end] if taken == length else (taken > length + 3,) * 2
        return log.states[-1], log.rewards[-1], terminated, truncated


def check_trajectory(returned, log):
    """Compares a trajectory with what was noted, and returns its flags."""
    states, actions, rewards, *flags = unpack(returned, *TRAJECTORY)
    steps = len(log.actions)
    for values, expected, name in (
        (states, log.states, "states"),
        (actions, log.actions, "actions"),
        (rewards, log.rewards, "rewards"),
    ):
        shape = np.shape(expected) if steps else (None, *np.shape(expected)[1:])
        assert_shape(values, shape, name=name, next_step=COUNT)
        assert_close(values, np.array(expected, dtype=float), name=name, next_step=ORDER)
    return flags


def check_flags(flags, expected):
    for name, flag, right in zip(("terminated", "truncated"), flags, expected, strict=True):
        assert_equal(flag, right, name=name, next_step=FLAGS)


@pytest.mark.task(1)
@pytest.mark.parametrize("length", [1, 2, 7])
def test_keeps_what_happened(submission, support, rng, length):
    """Returns the T + 1 states, T actions and T rewards of an episode as they came, for T = `length`."""
    world = World(rng, (length, "terminated"))
    check_trajectory(*world.play(submission, support))


@pytest.mark.task(1)
def test_asks_about_the_newest_state(submission, support, rng):
    """Asks the policy once for each step, with the state in which the step begins."""
    world = World(rng, (6, "terminated"))
    _, log = world.play(submission, support)
    problem = "For 6 steps the policy has to be asked 6 times."
    step = "Ask once before each step, and not any more when the episode has ended."
    check(len(log.asked) == 6, problem, returned=len(log.asked), expected=6, next_step=step)
    step = "The policy is asked about the state that `reset` or the last `step` has returned."
    assert_close(log.asked, np.array(log.states[:6]), name="what the policy is asked", next_step=step)


@pytest.mark.task(1)
def test_takes_the_actions_of_the_policy(submission, support, rng):
    """Takes the actions that the policy has chosen."""
    world = World(rng, (6, "terminated"))
    _, log = world.play(submission, support)
    step = "Give what the policy returns to `step`, as it is."
    problem = "The actions that were taken are not those that the policy has chosen."
    check(log.actions == log.answers, problem, returned=log.actions, expected=log.answers, next_step=step)


@pytest.mark.task(1)
def test_keeps_copies(submission, support, rng):
    """Keeps every state where the environment writes the next one into the same array."""
    world = World(rng, (4, "terminated"))
    returned, log = world.play(submission, support, reuses_array=True)
    states, *_ = unpack(returned, *TRAJECTORY)
    assert_shape(states, (5, DIMS), name="states", next_step=COUNT)
    step = "The list holds one array several times. Append a copy of the state."
    assert_close(states, np.array(log.states), name="states", next_step=step)


@pytest.mark.task(1)
def test_seeds_the_environment(submission, support, rng, seed):
    """Calls `reset` once, with the seed that it was given, or with None."""
    for number in (seed, None):
        world = World(rng, (3, "terminated"))
        world.play(submission, support, seed=number)
        step = "The environment draws from its own generator: call `reset(seed=seed)`, once."
        problem = "`reset` did not get the seed, or not once."
        check(world.seeds == [number], problem, returned=world.seeds, expected=[number], next_step=step)


@pytest.mark.task(1)
@pytest.mark.parametrize("name", ["CartPole-v1", "FrozenLake-v1"])
def test_gymnasium(submission, support, rng, seed, name):
    """Plays an episode of Gymnasium's `name` that its seed and its actions repeat elsewhere."""
    own = gymnasium.make(name)
    answers = []

    def policy(state):
        answers.append(int(rng.integers(own.action_space.n)))
        return answers[-1]

    returned = submission.rollout(support.make_environment(name), policy, 500, seed)
    log = Log(states=[own.reset(seed=seed)[0]])
    check(answers, "The policy was never asked.", next_step="Ask the policy before each step.")
    for action in answers:
        state, reward, terminated, truncated, _ = own.step(action)
        log.actions.append(action)
        log.states.append(state)
        log.rewards.append(float(reward))
        if terminated or truncated:
            break
    check_flags(check_trajectory(returned, log), (terminated, truncated))


@pytest.mark.task(2)
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("length", [1, 5])
def test_stops_at_the_end(submission, support, rng, end, length):
    """Stops after step `length` where that is `end`, and says so."""
    world = World(rng, (length, end))
    flags = check_trajectory(*world.play(submission, support))
    step = "An episode is over as soon as `step` returns True for terminated or for truncated: look at both."
    check(not world.late, "The agent steps on after the end of the episode.", next_step=step)
    check_flags(flags, ENDS[end])


@pytest.mark.task(2)
@pytest.mark.parametrize("max_steps", [1, 2, 5])
def test_stops_after_max_steps(submission, support, rng, max_steps):
    """Stops after step `max_steps` where no more are allowed and the environment would go on, and says truncated."""
    world = World(rng, (9, "terminated"))
    returned, log = world.play(submission, support, max_steps=max_steps)
    flags = check_trajectory(returned, log)
    taken = len(log.actions)
    step = "Count the steps that were taken, and stop when there are `max_steps` of them."
    check(
        taken == max_steps,
        "The number of steps that were taken is another one.",
        returned=taken,
        expected=max_steps,
        next_step=step,
    )
    check_flags(flags, (False, True))


@pytest.mark.task(2)
@pytest.mark.parametrize(
    ("end", "max_steps", "expected"),
    [("terminated", 4, (True, True)), ("truncated", 4, (False, True)), ("terminated", 5, (True, False))],
)
def test_ends_near_the_limit(submission, support, rng, end, max_steps, expected):
    """Says how an episode ended whose step 4 is `end`, where `max_steps` steps are allowed."""
    world = World(rng, (4, end))
    check_flags(check_trajectory(*world.play(submission, support, max_steps=max_steps)), expected)


@pytest.mark.task(3)
@pytest.mark.parametrize("max_steps", [3, PATIENCE])
def test_collects_trajectories(submission, support, rng, max_steps):
    """Returns a trajectory for each episode, each with at most `max_steps` steps of its own."""
    world = World(rng, (2, "terminated"), (5, "truncated"), (1, "terminated and truncated"), (4, "terminated"))
    returned = world.collect(submission, support, max_steps=max_steps, reuses_array=True)
    step = "One episode after the other: append what `rollout` returns to a list."
    trajectories = assert_length(returned, 4, of="trajectories", next_step=step)
    problem, step = "For 4 episodes `reset` has to be called 4 times.", "Let `rollout` alone call `reset`."
    check(len(world.logs) == 4, problem, returned=len(world.logs), expected=4, next_step=step)
    flags = [check_trajectory(*pair) for pair in zip(trajectories, world.logs, strict=True)]
    taken, expected = [len(log.actions) for log in world.logs], [min(n, max_steps) for n, _ in world.endings]
    problem, step = "The episodes have other numbers of steps.", "Begin to count the steps anew in each episode."
    check(taken == expected, problem, returned=taken, expected=expected, next_step=step)
    for pair, (length, end) in zip(flags, world.endings, strict=True):
        check_flags(pair, ENDS[end] if length <= max_steps else (False, True))


@pytest.mark.task(3)
@pytest.mark.parametrize("episodes", [1, 4])
def test_seeds_once(submission, support, rng, seed, episodes):
    """Gives the seed to the first `reset` and None to all others, with episodes = `episodes`."""
    world = World(rng, *[(2, "terminated")] * episodes)
    world.collect(submission, support, seed=seed)
    expected = [seed] + [None] * (episodes - 1)
    problem = "`reset` did not get the seed in the first episode and None in all others."
    check(world.seeds == expected, problem, returned=world.seeds, expected=expected, next_step=SEEDS)
