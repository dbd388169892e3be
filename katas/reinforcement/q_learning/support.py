"""What `q_learning` needs in its process: a lake to cross, a record of what was done there, and random numbers."""

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np


class Recorder(gymnasium.Wrapper):
    """Writes down for each episode the seed of its `reset`, and for each of its steps whether it ended the episode."""

    def __init__(self, environment: gymnasium.Env) -> None:
        super().__init__(environment)
        self.seeds: list[int | None] = []
        self.endings: list[list[bool]] = []

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        self.seeds.append(seed)
        self.endings.append([])
        return super().reset(seed=seed, options=options)

    def step(self, action: Any) -> Any:
        s_t, r_t, terminated_t, truncated_t, info = super().step(action)
        self.endings[-1].append(terminated_t or truncated_t)
        return s_t, r_t, terminated_t, truncated_t, info


def make_environment(
    lake: Sequence[str],
    rewards: Sequence[float] = (1.0, 0.0, 0.0),
    success_rate: float = 1.0,
    max_steps: int = 100,
) -> gymnasium.Env:
    """Makes Gymnasium's `FrozenLake-v1` on a map of your own.

    The states are the tiles, row by row from 0; the actions are 0 left, 1 down, 2 right and 3 up.

    Args:
        lake: rows of equal length: "S" start, "F" frozen, "H" hole, "G" goal. Holes and goals are terminal.
        rewards: what a step gives that arrives at the goal, in a hole, and on the ice.
        success_rate: how often a step goes where it should; else it slips to the left or to the right of that.
        max_steps: after that many steps the episode is truncated.
    """
    environment = gymnasium.make(
        "FrozenLake-v1",
        desc=list(lake),
        reward_schedule=tuple(rewards),
        is_slippery=success_rate < 1.0,
        success_rate=success_rate,
        max_episode_steps=max_steps,
    )
    return Recorder(environment)


def make_generator(seed: int) -> np.random.Generator:
    """Makes the generator that `replay` draws with."""
    return np.random.default_rng(seed)
