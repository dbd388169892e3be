"""A replay buffer: the newest steps of an agent, from which batches are drawn evenly."""

import numpy as np

# One array a field, with a transition in each row: s_tm1, a_tm1, r_t, s_t, terminated_t.
Batch = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


class ReplayBuffer:
    """Keeps the newest transitions in a ring.

    V. Mnih et al., "Human-level control through deep reinforcement learning", Nature 518, 2015, methods; the idea is from
    L.-J. Lin, "Self-Improving Reactive Agents Based on Reinforcement Learning, Planning and Teaching", Machine Learning 8,
    1992.

    Args:
        capacity: at least 1, the number of transitions that fit. The next one takes the place of the oldest.
        observation_shape: the shape of one state; `()` if states are numbers.
        observation_dtype: the dtype in which states are kept and returned, such as "uint8".

    Attributes:
        size: the number of transitions that are stored, from 0 to `capacity`; an attribute or a property.
    """

    def __init__(self, capacity: int, observation_shape: tuple[int, ...], observation_dtype: str) -> None:
        raise NotImplementedError("TODO: task 1")

    def add(
        self,
        s_tm1: np.ndarray | float,
        a_tm1: int,
        r_t: float,
        s_t: np.ndarray | float,
        terminated_t: bool,
    ) -> None:
        """Stores one transition, in place of the oldest one if the buffer is full.

        Args:
            s_tm1: the state before the step. The buffer keeps a copy: the caller may change the array afterwards.
            a_tm1: the action taken there, an integer from 0 to 1,000.
            r_t: the reward of the step.
            s_t: the state after the step, which need not be the next `s_tm1`; it is copied, too.
            terminated_t: True if `s_t` is terminal. A step at which the time ran out (truncated) has False here.
        """
        raise NotImplementedError("TODO: task 1")

    def stored(self) -> Batch:
        """Returns all stored transitions, in any order.

        Returns:
            Five arrays `(s_tm1, a_tm1, r_t, s_t, terminated_t)` with `size` rows each. States have the shape
            `(size, *observation_shape)` and the dtype `observation_dtype`; `a_tm1` is an integer array, `r_t` a float array
            and `terminated_t` a bool array, all of shape `(size,)`. Row i of each is from the same transition. It is called
            when at least one is stored.
        """
        raise NotImplementedError("TODO: task 1")

    def sample(self, batch_size: int, generator: np.random.Generator) -> Batch:
        """Draws transitions uniformly and with replacement.

        Args:
            batch_size: at least 1, and possibly more than are stored. At least one is stored.
            generator: the only source of random numbers; which of its methods you call is up to you.

        Returns:
            Five arrays as `stored` returns them, with `batch_size` rows. Each row is drawn independently of the others, and
            each stored transition is equally likely.
        """
        raise NotImplementedError("TODO: task 2")
