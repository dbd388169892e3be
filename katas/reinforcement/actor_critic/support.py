"""What `actor_critic` needs in its process: a world that is kept elsewhere."""

from collections.abc import Callable
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
