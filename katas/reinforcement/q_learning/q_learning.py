"""Q-learning: the value of every action in every state, learned from remembered steps."""

import gymnasium
import numpy as np

# What the agent remembers of a step: (s_tm1, a_tm1, r_t, s_t, terminated_t).
Transition = tuple[int, int, float, int, bool]


def q_update(
    q: np.ndarray,
    s_tm1: int,
    a_tm1: int,
    r_t: float,
    s_t: int,
    terminated_t: bool,
    learning_rate: float,
    discount: float,
) -> np.ndarray:
    """Moves one entry of a Q-table towards what a single step says about it.

    C. J. C. H. Watkins and P. Dayan, "Q-learning", Machine Learning 8, 1992:

        target = r_t + discount · max over a of q[s_t, a],    or r_t alone if the step ended in a terminal state
        q[s_tm1, a_tm1] <- q[s_tm1, a_tm1] + learning_rate · (target - q[s_tm1, a_tm1])

    Args:
        q: float array of shape `(states, actions)`. The row of a terminal state may hold anything.
        s_tm1: the state before the step.
        a_tm1: the action taken there.
        r_t: the reward of the step.
        s_t: the state after the step.
        terminated_t: True if `s_t` is terminal. A step at which the time ran out (truncated) has False here.
        learning_rate: from 0 to 1; 1 puts the target in place of the old value.
        discount: from 0 to 1.

    Returns:
        Float array of shape `(states, actions)`: the table after the update, either a new array or `q` itself.
    """
    raise NotImplementedError("TODO: task 1")


def replay(
    q: np.ndarray,
    memory: list[Transition],
    batch_size: int,
    learning_rate: float,
    discount: float,
    generator: np.random.Generator,
) -> np.ndarray:
    """Updates a Q-table with steps drawn from memory (experience replay).

    L.-J. Lin, "Self-Improving Reactive Agents Based on Reinforcement Learning, Planning and Teaching", Machine Learning 8,
    1992.

    Args:
        q: float array of shape `(states, actions)`.
        memory: at least one transition `(s_tm1, a_tm1, r_t, s_t, terminated_t)`, oldest first.
        batch_size: at least 1, how many transitions are drawn: each uniformly from all of `memory`, with replacement. It
            may be larger than `memory`.
        learning_rate: from 0 to 1.
        discount: from 0 to 1.
        generator: the only source of random numbers; which of its methods you call is up to you.

    Returns:
        Float array of shape `(states, actions)`: the table after `batch_size` calls of `q_update`, one after another, so
        that each of them starts from the table that the one before it has left.
    """
    raise NotImplementedError("TODO: task 2")


def train(environment: gymnasium.Env, episodes: int, discount: float, seed: int) -> np.ndarray:
    """Learns a Q-table by acting in an environment, remembering every step and replaying a batch after each.

    Learning rate, batch size and the way of exploring are yours; a batch has several transitions. Nothing is known about the
    rewards in advance, so explore: with ε-greedy, ε may fall from 1 as episodes pass. It is the greedy policy that is judged.

    Args:
        environment: `observation_space` and `action_space` are `gymnasium.spaces.Discrete`, both starting at 0.
        episodes: at least 1, the number of episodes to play. Each ends when `step` says terminated or truncated.
        discount: from 0 to 1.
        seed: fixes everything random: the agent's generator is made from it, and the first `reset` of the environment gets
            it as `seed`; all later ones get none. The same arguments and a new environment give the same table.

    Returns:
        Float array of shape `(states, actions)`. Its greedy policy takes the action with the largest value in the row of the
        state, the first of them on ties.
    """
    raise NotImplementedError("TODO: task 3")
