"""What `q_learning` must do.

An update, a memory and an agent are watched from outside, each with tests of its own: hence more than 200 lines.
"""

import gymnasium
import numpy as np
import pytest

from grader.testing import Mismatch
from grader.testing import assert_close
from grader.testing import assert_shape
from grader.testing import check

CORRIDOR = ["SFFFFFFFFFFG"]
CLIFF = ["FFFFFFF", "FFFFFFF", "FFFFFFF", "SHHHHHG"]
SUCCESS_RATE = 0.6
DISCOUNT = 0.95
TABLE = "Return the table itself, as large as the two spaces of the environment, and not the policy."


class Lake:
    """A frozen lake in the judge: whoever learns there sees what its steps lead to, and no more."""

    def __init__(self, rows, rewards=(1.0, 0.0, 0.0), success_rate=1.0, max_steps=100):
        self.seeds, self.endings = [], []
        self.environment = gymnasium.make(
            "FrozenLake-v1",
            desc=rows,
            reward_schedule=rewards,
            is_slippery=success_rate < 1,
            success_rate=success_rate,
            max_episode_steps=max_steps,
            disable_env_checker=True,
        )

    def train(self, submission, support, episodes, discount, seed):
        """The table that the submission learns here."""
        states, actions = self.environment.observation_space.n, self.environment.action_space.n
        remote = support.RemoteEnvironment(int(states), int(actions), self.reset, self.step)
        return assert_shape(submission.train(remote, episodes, discount, seed), (states, actions), next_step=TABLE)

    def reset(self, seed):
        self.seeds.append(seed)
        self.endings.append([])
        return int(self.environment.reset(seed=seed)[0])

    def step(self, action):
        s_t, r_t, terminated_t, truncated_t, _ = self.environment.step(action)
        self.endings[-1].append(terminated_t or truncated_t)
        return int(s_t), float(r_t), bool(terminated_t), bool(truncated_t)


@pytest.mark.task(1)
def test_moves_towards_the_target(submission):
    """Moves the value part of the way to the reward plus the discounted value of the next state."""
    q = np.array([[0.0, 1.0], [2.0, 4.0], [0.0, 0.0]])
    # The target is 3 + 0.5 * 4 = 5, and a fourth of the way from 1 to 5 is 2.
    updated = submission.q_update(q, 0, 1, 3.0, 1, False, 0.25, 0.5)
    step = "Compute the target by hand first: it is 5. Then go a fourth of the way from 1 to 5."
    assert_close(updated, [[0.0, 2.0], [2.0, 4.0], [0.0, 0.0]], next_step=step)


@pytest.mark.task(1)
def test_terminal_state_has_no_future(submission):
    """Expects nothing after a terminal state, whatever its row of the table says."""
    q = np.array([[0.0, 2.0, 3.0], [50.0, 60.0, 70.0]])
    updated = submission.q_update(q, 0, 0, -5.0, 1, True, 1.0, 0.9)
    step = "After a terminal state no reward can follow, so the target is the reward of the last step alone."
    assert_close(updated, [[-5.0, 2.0, 3.0], [50.0, 60.0, 70.0]], next_step=step)


@pytest.mark.task(1)
def test_looks_at_the_next_state(submission):
    """Takes the value of the state after the step, not of the state before it."""
    q = np.array([[0.0, 9.0], [2.0, 2.0]])
    step = "The row whose maximum counts belongs to the state in which the step arrived."
    assert_close(submission.q_update(q, 0, 0, 0.0, 1, False, 1.0, 1.0), [[2.0, 9.0], [2.0, 2.0]], next_step=step)


@pytest.mark.task(1)
@pytest.mark.parametrize("action", [0, 1, 2])
def test_takes_the_best_next_action(submission, action):
    """Takes the largest value in the next row, even if it is negative; the action before was `action`."""
    q = np.array([[0.0, 0.0, 0.0], [-3.0, -1.0, -8.0]])
    updated = submission.q_update(q, 0, action, 0.0, 1, False, 1.0, 1.0)
    q[0, action] = -1.0
    step = "The target is about the best action of the next state: look for the largest value in its row, here -1."
    assert_close(updated, q, next_step=step)


@pytest.mark.task(1)
@pytest.mark.parametrize(("discount", "expected"), [(0.0, 3.0), (0.25, 5.0), (1.0, 11.0)])
def test_discounts_the_future_only(submission, discount, expected):
    """Discounts what comes after the step by `discount`, and not the reward of the step."""
    updated = submission.q_update(np.array([[0.0], [8.0]]), 0, 0, 3.0, 1, False, 1.0, discount)
    step = "The reward of the step counts in full; the discount is for the value of the next state."
    assert_close(updated, [[expected], [8.0]], next_step=step)


@pytest.mark.task(1)
@pytest.mark.parametrize(("learning_rate", "expected"), [(0.0, 10.0), (0.1, 9.0), (1.0, 0.0)])
def test_learning_rate_weighs_the_target(submission, learning_rate, expected):
    """Goes from the old value to the target for a learning rate from 0 to 1, here `learning_rate`."""
    updated = submission.q_update(np.array([[10.0], [0.0]]), 0, 0, 0.0, 1, False, learning_rate, 0.9)
    step = "The learning rate is the share of the way from the old value to the target: 0 stays, 1 arrives."
    assert_close(updated, [[expected], [0.0]], next_step=step)


@pytest.mark.task(1)
def test_changes_one_entry(submission, rng):
    """Changes the entry of the state and the action of the step, and no other."""
    q = rng.normal(size=(5, 3))
    returned = assert_shape(submission.q_update(q, 3, 1, 10.0, 2, False, 0.5, 0.9), (5, 3))
    changed = ~np.isclose(returned, q, rtol=1e-5, atol=1e-6)  # A float32 table is as good.
    check(
        changed.sum() == 1 and changed[3, 1],
        "In a table of 5 states and 3 actions, entries other than that of state 3 and action 1 were changed.",
        returned=f"a table with changes at (state, action) {np.argwhere(changed).tolist()}",
        expected="a table with a change at [[3, 1]]",
        next_step="The step tells how good its own action was in the state before it: only that entry changes.",
    )


@pytest.mark.task(1)
@pytest.mark.parametrize(("states", "actions"), [(1, 4), (6, 2), (30, 5)])
def test_follows_the_equation(submission, rng, states, actions):
    """Agrees with the equation for random steps in a table of `states` × `actions`."""
    for terminated_t in (False, True):
        q, r_t = rng.normal(size=(states, actions)), float(rng.normal())
        s_tm1, a_tm1, s_t = int(rng.integers(states)), int(rng.integers(actions)), int(rng.integers(states))
        future = 0.0 if terminated_t else 0.8 * max(q[s_t].tolist())
        expected = q.copy()
        expected[s_tm1, a_tm1] = 0.7 * q[s_tm1, a_tm1] + 0.3 * (r_t + future)
        updated = submission.q_update(q, s_tm1, a_tm1, r_t, s_t, terminated_t, 0.3, 0.8)
        assert_close(updated, expected, next_step="Print the target and the error, and compare them with the equation.")


@pytest.mark.task(2)
def test_replays_what_happened(submission, support):
    """Hands every part of a remembered step to the update."""
    q = np.array([[0.0, 0.0, 0.0], [0.0, 4.0, 0.0]])
    step = "A remembered step is (s_tm1, a_tm1, r_t, s_t, terminated_t), in this order."
    for terminated_t, expected in ((False, 1.0), (True, 0.5)):
        memory = [(0, 2, 1.0, 1, terminated_t)]
        updated = submission.replay(q, memory, 1, 0.5, 0.25, support.make_generator(0))
        assert_close(updated, [[0.0, 0.0, expected], [0.0, 4.0, 0.0]], next_step=step)


@pytest.mark.task(2)
def test_replays_the_whole_batch(submission, support):
    """Replays `batch_size` steps, even if memory holds only one."""
    q = submission.replay(np.zeros((2, 1)), [(0, 0, 1.0, 1, True)], 5, 0.5, 0.9, support.make_generator(0))
    step = "The only step in memory is drawn five times, and each update halves the distance to 1 that is left."
    assert_close(q, [[1 - 0.5**5], [0.0]], next_step=step)


@pytest.mark.task(2)
def test_draws_with_replacement(submission, support, seed):
    """Leaves some steps out and draws others more than once, even if memory holds as many as the batch."""
    memory = [(state, 0, 1.0, 50, True) for state in range(50)]

    def draw(batch_size):
        q = submission.replay(np.zeros((51, 1)), memory, batch_size, 0.5, 0.9, support.make_generator(seed))
        return np.flatnonzero(assert_shape(q, (51, 1))[:50, 0])

    # That no step is left out has a probability of 50! / 50^50 = 3e-21.
    if draw(50).size == 50:
        half = draw(25)
        middle = np.mean(half) if half.size else 25
        raise Mismatch(
            "A batch of 50 from a memory of 50 steps holds every step exactly once.",
            next_step="Draw with replacement: each draw is from all of memory, whatever was drawn before.",
            tag="every step once, "
            + ("old ones first" if middle < 13 else "new ones first" if middle > 36 else "mixed"),
        )


@pytest.mark.task(2)
def test_updates_one_after_another(submission, support, rng):
    """Starts each update from the table that the last one has left."""
    reward = float(rng.integers(2, 1000))
    q = submission.replay(np.zeros((1, 1)), [(0, 0, reward, 0, False)] * 3, 3, 1.0, 0.5, support.make_generator(0))
    # The state leads to itself: for a reward of 1 it is 1, then 1 + 0.5 * 1, then 1 + 0.5 * 1.5.
    assert_close(q, [[1.75 * reward]], next_step="Hand the table that `q_update` returns to the next `q_update`.")


@pytest.mark.task(2)
@pytest.mark.parametrize(("length", "batch_size"), [(5, 2000), (1000, 500)])
def test_draws_uniformly(submission, support, seed, length, batch_size):
    """Draws all of `length` steps in memory equally often, old and new ones, in a batch of `batch_size`."""
    # Fifths of the memory, from the oldest steps to the newest, have a state each.
    memory = [(index * 5 // length, 0, 1.0, 5, True) for index in range(length)]
    q = submission.replay(np.zeros((6, 1)), memory, batch_size, 0.001, 0.9, support.make_generator(seed))
    q = assert_shape(q, (6, 1))
    # n updates towards 1 leave 1 - 0.999^n. The standard deviation of n is sqrt(batch_size * 0.2 * 0.8).
    counts = np.log1p(-np.clip(np.nan_to_num(q[:5, 0]), 0.0, 0.99)) / np.log(0.999)
    expected = batch_size / 5
    shares = np.where(
        counts < 0.3 * expected, "hardly ever", np.where(counts > 1.7 * expected, "too often", "fairly often")
    )
    check(
        abs(counts.sum() - batch_size) < 1 and (abs(counts - expected) < 2.5 * np.sqrt(batch_size)).all(),
        f"Each fifth of the memory is drawn about {expected:g} times in a batch of {batch_size}, from old to new.",
        returned=[round(float(count)) for count in counts],
        expected=[round(expected)] * 5,
        next_step="Draw every index from 0 to the length of the memory, old steps and new ones with the same probability.",
        tag=" ".join(shares),
    )


@pytest.mark.task(2)
def test_draws_with_the_generator(submission, support, seed):
    """Draws by the generator: the same seed gives the same table, a different seed a different one."""
    memory = [(state, 0, 1.0, 40, True) for state in range(40)]
    first, again, other = (
        assert_shape(
            submission.replay(np.zeros((41, 1)), memory, 20, 0.5, 0.9, support.make_generator(number)), (41, 1)
        )
        for number in (seed, seed, seed + 1)
    )
    step = "Take every random number from `generator`, and from nowhere else."
    check(
        np.array_equal(again, first), "Two equal generators drew different steps.", next_step=step, tag="other chance"
    )
    problem = "Two different generators drew the same steps."
    check(not np.array_equal(other, first), problem, next_step=step, tag="no chance")


@pytest.mark.task(3)
def test_returns_a_table(submission, support, seed):
    """Returns one row for each state and one column for each action."""
    Lake(["SFF", "FHG"]).train(submission, support, 3, 0.9, seed)


@pytest.mark.task(3)
def test_plays_whole_episodes(submission, support, seed):
    """Plays `episodes` episodes, each until it is terminated or truncated and no longer."""
    lake = Lake(["SFFF", "FFFF", "FFFG"], max_steps=8)
    lake.train(submission, support, 20, 0.9, seed)
    played = [endings for endings in lake.endings if endings]
    check(
        all(not any(endings[:-1]) for endings in played),
        "The agent steps on after the end of an episode.",
        next_step="An episode is over when `step` says terminated or truncated, whichever comes first: look at both.",
        tag="goes on",
    )
    check(
        len(played) == 20 and all(endings[-1] for endings in played),
        f"{sum(endings[-1] for endings in played)} episodes were played to their end, and it should be 20.",
        next_step="Reset the environment `episodes` times, and step after each reset until the episode is over.",
    )


@pytest.mark.task(3)
def test_seeds_the_environment_once(submission, support, seed):
    """Gives `seed` to the first `reset`, and nothing to the others."""
    lake = Lake(["SFFF", "FFFF", "FFFG"], max_steps=8)
    lake.train(submission, support, 4, 0.9, seed)
    seeds = lake.seeds
    check(
        seeds[:1] == [seed] and not any(number is not None for number in seeds[1:]),
        "`reset` did not get `seed` in the first episode and None in all others.",
        returned=seeds,
        expected=[seed, None, None, None],
        tag={0: "never", len(seeds): "always"}.get(seeds.count(seed), "otherwise"),
        next_step="Call `reset(seed=seed)` first and `reset()` later: seeded each time, the ice always slips in the same way.",
    )


@pytest.mark.task(3)
def test_seed_fixes_the_table(submission, support, seed):
    """Returns the same table for the same arguments, and a different one for a different seed."""
    # The ice is firm, so that all chance is the agent's.
    first, again, other = (
        Lake(["SFFF", "FFFF", "FFFG"], (0.0, 0.0, -1.0)).train(submission, support, 10, 0.9, number)
        for number in (seed, seed, seed + 1)
    )
    step = "Make one generator from `seed`, and take every random number of the agent from it."
    problem = "Two calls with the same arguments return different tables."
    check(np.array_equal(again, first), problem, next_step=step, tag="never the same table")
    problem = "Two different seeds give the same table."
    check(not np.array_equal(other, first), problem, next_step=step, tag="always the same table")


@pytest.mark.task(3)
def test_remembers_where_a_step_began(submission, support, seed):
    """Learns from a bad step to avoid the action in the state in which it was taken."""
    q = Lake(["SG"], (-5.0, 0.0, -1.0), max_steps=10).train(submission, support, 100, 0.0, seed)
    check(
        q[0].argmax() != 2,
        "The step from S to G gives -5 and every other gives -1, but the agent goes to G.",
        returned=q[0],
        next_step="The state before the step belongs in memory: store the transition before you overwrite that state.",
        tag="goes to the goal",
    )


@pytest.mark.task(3)
def test_explores(submission, support, seed):
    """Finds a large reward at the end of a path although a small one can be had at once."""
    q = Lake(["SFG"], (20.0, 0.0, 0.1)).train(submission, support, 200, 0.9, seed)
    check(
        list(q[:2].argmax(axis=1)) == [2, 2],
        "On the lake SFG the agent does not walk to the goal, which gives 20; each step on the ice gives 0.1.",
        returned=[int(action) for action in q[:2].argmax(axis=1)],
        expected=[2, 2],
        next_step="An agent that always does what looks best never learns what else there is: let it act at random at first.",
        tag="tries one action only" if len(np.unique(q[0])) <= 2 else None,
    )


@pytest.mark.task(3)
@pytest.mark.parametrize(("discount", "stays"), [(0.9, True), (0.5, False)])
def test_time_limit_is_not_an_end(submission, support, seed, discount, stays):
    """Expects a future after a step at which only the time ran out, and weighs it by `discount`."""
    # One step right gives 3 and ends; every other action stays and gives 1, so 1 / (1 - discount) in all.
    q = Lake(["SG"], (3.0, 0.0, 1.0), max_steps=1).train(submission, support, 300, discount, seed)
    check(
        (q[0].argmax() != 2) == stays,
        f"Staying gives 1 a step, worth {1 / (1 - discount):g} at a discount of {discount}; the goal gives 3 once.",
        returned="the agent " + ("stays" if q[0].argmax() != 2 else "leaves"),
        expected="the agent " + ("stays" if stays else "leaves"),
        next_step="Every episode is cut after one step here. Only `terminated` means that no reward can follow.",
        tag="leaves" if stays else "stays",
    )


@pytest.mark.task(3)
def test_learns_from_few_episodes(submission, support, seed):
    """Learns the way through a corridor of twelve tiles in eight episodes, as only replay can."""
    q = Lake(CORRIDOR, max_steps=2000).train(submission, support, 8, 0.95, seed)
    actions = [int(action) for action in q[:11].argmax(axis=1)]
    check(
        actions == [2] * 11,
        "The agent does not know its way through the corridor SFFFFFFFFFFG after eight episodes.",
        returned=actions,
        expected=[2] * 11,
        next_step="Replay several remembered steps after each step: the last one alone moves a reward back by one state "
        "an episode.",
        tag="nothing has come to the start" if np.ptp(q[0]) == 0 else None,
    )


@pytest.mark.task(3)
def test_walks_along_the_cliff(submission, support, seed, pictures):
    """Learns the shortest path, close to holes into which only an exploring agent falls."""
    rewards = (0.0, -20.0, -1.0)
    q = Lake(CLIFF, rewards, max_steps=200).train(submission, support, 300, 1.0, seed)
    leave_picture(pictures, "cliff", CLIFF, q)
    returned = expected_return(model(CLIFF, rewards), greedy(q), 1.0)
    check(
        abs(returned + 7) < 1e-6,
        "The greedy policy does not take the shortest path along the holes: eight steps, of which seven give -1.",
        returned=f"a return of {returned:g} in at most 100 steps",
        expected="a return of -7",
        next_step="The target asks for the best next action, not for the one that the exploring agent takes.",
        tag="a longer way" if -20 < returned < -7 else "no way",
    )


@pytest.mark.task(3)
def test_crosses_the_ice(submission, support, rng, seed, threshold, pictures):
    """Learns to cross slippery lakes almost as well as possible."""
    lake, q, share = judge(submission, support, rng, seed)
    leave_picture(pictures, "slippery_lake", lake, q)
    step = "Where the ice decides, one step says little: a small learning rate averages over many of them."
    threshold("return", share, next_step=step)


def judge(submission, support, rng, seed):
    """Trains on three random lakes and computes the greedy policy's return as a share of the best one, on average."""
    shares = []
    for _ in range(3):
        lake, dynamics = random_lake(rng)
        q = Lake(lake, success_rate=SUCCESS_RATE).train(submission, support, 200, DISCOUNT, seed)
        returns = [expected_return(dynamics, greedy(table), DISCOUNT) for table in (q, solve(dynamics))]
        shares.append(returns[0] / returns[1])
    return lake, q, float(np.mean(shares))


def random_lake(rng):
    """Draws lakes until one has two holes and more, and is crossed by chance often enough to be learned."""
    while True:
        tiles = rng.choice(["F", "H"], p=[0.8, 0.2], size=(4, 5))
        tiles[0, 0], tiles[-1, -1] = "S", "G"
        lake = ["".join(row) for row in tiles]
        dynamics = model(lake, success_rate=SUCCESS_RATE)
        if (tiles == "H").sum() >= 2 and expected_return(dynamics, np.full((20, 4), 0.25), 1.0) > 0.15:
            return lake, dynamics


def model(lake, rewards=(1.0, 0.0, 0.0), success_rate=1.0):
    """Reads from an environment of our own what no learner is told.

    Returns the probability of starting in every state, the expected reward of every state and action, and the
    probability of every next state after which the episode goes on.
    """
    slippery = success_rate < 1
    environment = gymnasium.make(
        "FrozenLake-v1", desc=lake, reward_schedule=rewards, is_slippery=slippery, success_rate=success_rate
    ).unwrapped
    states = environment.observation_space.n
    reward, following = np.zeros((states, 4)), np.zeros((states, 4, states))
    for state, action in np.ndindex(states, 4):
        for probability, next_state, value, terminated in environment.P[state][action]:
            reward[state, action] += probability * value
            following[state, action, next_state] += probability * (not terminated)
    return environment.initial_state_distrib, reward, following


def greedy(q):
    """Puts the probability of 1 on the first action with the largest value."""
    return np.eye(4)[q.argmax(axis=1)]


def expected_return(dynamics, policy, discount):
    """Computes the expected discounted return of 100 steps from the start, given the probabilities of the actions."""
    start, reward, following = dynamics
    value = np.zeros(len(reward))
    for _ in range(100):
        value = (policy * (reward + discount * following @ value)).sum(axis=1)
    return float(start @ value)


def solve(dynamics):
    """Finds the best table by value iteration."""
    _, reward, following = dynamics
    q = np.zeros_like(reward)
    for _ in range(300):
        q = reward + DISCOUNT * following @ q.max(axis=1)
    return q


def leave_picture(pictures, name, lake, q):
    """Draws a lake from above: its tiles are brighter where more is expected, and arrows show the greedy actions."""
    tiles = "".join(lake)
    value = q.max(axis=1)
    ice = [value[state] for state, tile in enumerate(tiles) if tile in "SF"]
    levels = (value - min(ice)) / max(max(ice) - min(ice), 1e-9)
    images = [draw(tile, level, action) for tile, level, action in zip(tiles, levels, q.argmax(axis=1), strict=True)]
    names = {"H": "hole", "G": "goal"}
    labels = [names.get(tile, f"{expected:.2f}") for tile, expected in zip(tiles, value, strict=True)]
    pictures.images(name, images, columns=len(lake[0]), labels=labels)


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
