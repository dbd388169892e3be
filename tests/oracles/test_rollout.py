"""`rollout` against Gymnasium's own wrappers: its time limit, and its statistics of an episode."""

import gymnasium
import numpy as np
import pytest
from gymnasium.wrappers import RecordEpisodeStatistics
from gymnasium.wrappers import TimeLimit


@pytest.mark.parametrize("name", ["CartPole-v1", "FrozenLake-v1", "MountainCar-v0"])
@pytest.mark.parametrize("max_steps", [1, 7, 1000])
def test_statistics_of_episodes(load, rng, name, max_steps):
    environment = RecordEpisodeStatistics(TimeLimit(gymnasium.make(name), max_steps))
    actions = environment.action_space.n
    for states_, actions_, rewards, terminated, truncated in load("reinforcement/rollout").collect(
        environment, lambda _: int(rng.integers(actions)), max_steps, episodes=5, seed=3
    ):
        length, total = environment.length_queue.popleft(), environment.return_queue.popleft()
        assert len(states_) == length + 1
        assert len(actions_) == len(rewards) == length
        assert rewards.sum() == pytest.approx(total)
        assert terminated or truncated


@pytest.mark.parametrize("max_steps", [1, 3, 4, 5])
def test_ends_are_those_of_the_time_limit(load, max_steps):
    # Four steps to the goal: with four allowed, Gymnasium says terminated and truncated.
    lake = gymnasium.make("FrozenLake-v1", desc=["SFFFG"], is_slippery=False)
    *_, terminated, truncated = load("reinforcement/rollout").rollout(lake, lambda _: 2, max_steps)
    limited = TimeLimit(lake, max_steps)
    limited.reset()
    for _ in range(min(max_steps, 4)):
        *_, expected_terminated, expected_truncated, _ = limited.step(2)
    assert (terminated, truncated) == (expected_terminated, expected_truncated)


def test_actions_repeat_the_episode(load, rng):
    states, actions, rewards, *_ = load("reinforcement/rollout").rollout(
        gymnasium.make("CartPole-v1"), lambda _: int(rng.integers(2)), 500, 11
    )
    again = gymnasium.make("CartPole-v1")
    np.testing.assert_array_equal(states[0], again.reset(seed=11)[0])
    for state, action, reward in zip(states[1:], actions, rewards, strict=True):
        expected, expected_reward, *_ = again.step(action)
        np.testing.assert_array_equal(state, expected)
        assert reward == expected_reward
