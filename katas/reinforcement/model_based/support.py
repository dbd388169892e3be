"""What `model_based` needs in its process: a lake to cross, and a lake that is kept elsewhere."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import gymnasium


class RemoteEnvironment(gymnasium.Env):
    """An environment that is kept elsewhere: it passes on what `reset` and `step` are asked, and knows nothing itself."""

    def __init__(self, num_states: int, num_actions: int, reset: Callable[..., Any], step: Callable[..., Any]) -> None:
        self.observation_space = gymnasium.spaces.Discrete(num_states)
        self.action_space = gymnasium.spaces.Discrete(num_actions)
        self._ask_reset = reset
        self._ask_step = step

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        return self._ask_reset(seed), {}

    def step(self, action: Any) -> Any:
        s_t, r_t, terminated_t, truncated_t = self._ask_step(int(action))
        return s_t, r_t, terminated_t, truncated_t, {}


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
    return gymnasium.make(
        "FrozenLake-v1",
        desc=list(lake),
        reward_schedule=tuple(rewards),
        is_slippery=success_rate < 1.0,
        success_rate=success_rate,
        max_episode_steps=max_steps,
    )
