"""Actor-critic: a policy that learns from every single step."""

import gymnasium
import numpy as np


def td_errors(
    v_tm1: np.ndarray, r_t: np.ndarray, terminated_t: np.ndarray, v_t: np.ndarray, discount: float
) -> np.ndarray:
    """Computes the temporal-difference errors of several steps.

    R. S. Sutton and A. G. Barto, "Reinforcement Learning: An Introduction", 2nd edition, 2018, equation 6.5:

        delta = r_t + discount · v_t - v_tm1,    without the second term where the step was terminated

    Args:
        v_tm1: float array of shape `(steps,)`, the value of the state before each step.
        r_t: float array of shape `(steps,)`, the reward of each step.
        terminated_t: bool array of shape `(steps,)`.
        v_t: float array of shape `(steps,)`, the value of the state after each step; after a terminated one it may be anything.
        discount: from 0 to 1.

    Returns:
        Float array of shape `(steps,)`.
    """
    raise NotImplementedError("TODO: task 1")


def update(
    theta: np.ndarray,
    v: np.ndarray,
    s_tm1: int,
    a_tm1: int,
    r_t: float,
    s_t: int,
    terminated_t: bool,
    actor_rate: float,
    critic_rate: float,
    discount: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Moves actor and critic by one step.

    Sutton and Barto 2018, section 13.5, without the factor discount^t. With delta as in `td_errors`, π = softmax of each row
    of theta, and all on the right from before the step:

        theta <- theta + actor_rate · delta · ∇ log π(a_tm1|s_tm1)
        v[s_tm1] <- v[s_tm1] + critic_rate · delta

    Args:
        theta: float array of shape `(states, actions)`. It stays as it is.
        v: float array of shape `(states,)`. It stays as it is.
        s_tm1: the state before the step.
        a_tm1: the action taken there.
        r_t: the reward of the step.
        s_t: the state after the step.
        terminated_t: True if nothing follows. A step at which the time ran out (truncated) has False here.
        actor_rate, critic_rate: greater than 0.
        discount: from 0 to 1.

    Returns:
        `(theta, v)` after the step, as new arrays.
    """
    raise NotImplementedError("TODO: task 2")


def train(
    environment: gymnasium.Env, steps: int, actor_rate: float, critic_rate: float, discount: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Learns a policy and its values from every step.

    Args:
        environment: `observation_space` and `action_space` are `gymnasium.spaces.Discrete`, both starting at 0.
        steps: at least 1, the number of calls of `step`, exactly. When an episode ends, terminated or truncated, and
            steps are left, the environment is reset and the next episode begins.
        actor_rate, critic_rate: greater than 0.
        discount: from 0 to 1.
        seed: fixes everything random: the agent's generator is made from it, and the first `reset` of the environment gets
            it as `seed`; all later ones get none.

    Returns:
        `(theta, v)`, of shapes `(states, actions)` and `(states,)`: both begin with zeros, and there is one
        `update` after each step.
    """
    raise NotImplementedError("TODO: task 3")
