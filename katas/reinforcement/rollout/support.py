"""What `rollout` needs in its process: an environment that is kept elsewhere, and environments of Gymnasium."""

from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np


class RemoteEnvironment(gymnasium.Env):
    """An environment that is kept elsewhere: it passes on what `reset` and `step` are asked, and knows nothing itself.

    Args:
        dims: the length of a state.
        num_actions: the actions are 0 to `num_actions` - 1.
        reset: takes a seed and returns a state.
        step: takes an action and returns state, reward, terminated and truncated.
        reuses_array: whether each state is written into the array that was returned before.
    """

    def __init__(
        self,
        dims: int,
        num_actions: int,
        reset: Callable[..., Any],
        step: Callable[..., Any],
        reuses_array: bool = False,
    ) -> None:
        self.observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (dims,), np.float64)
        self.action_space = gymnasium.spaces.Discrete(num_actions)
        self._ask_reset = reset
        self._ask_step = step
        self._array = np.zeros(dims) if reuses_array else None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        return self._keep(self._ask_reset(seed)), {}

    def step(self, action: Any) -> Any:
        state, reward, terminated, truncated = self._ask_step(int(action))
        return self._keep(state), reward, terminated, truncated, {}

    def _keep(self, state: np.ndarray) -> np.ndarray:
        if self._array is None:
            return np.array(state)
        self._array[:] = state
        return self._array


def make_environment(name: str) -> gymnasium.Env:
    """Makes one of Gymnasium's environments, such as "CartPole-v1"."""
    return gymnasium.make(name)
