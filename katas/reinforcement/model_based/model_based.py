"""Model-based learning: count what happens, then plan."""

import gymnasium
import numpy as np

# What the agent remembers of a step: (s_tm1, a_tm1, r_t, s_t, terminated_t).
Transition = tuple[int, int, float, int, bool]


def estimate_model(memory: list[Transition], num_states: int, num_actions: int) -> tuple[np.ndarray, np.ndarray]:
    """Estimates the dynamics of an environment from remembered steps (maximum likelihood).

    R. S. Sutton and A. G. Barto, "Reinforcement Learning: An Introduction", 2nd edition, 2018, section 8.1. Let n(s, a) be
    how many steps of memory have s_tm1 = s and a_tm1 = a, and n(s, a, s') how many of these have s_t = s' and are not
    terminated:

        transition[s, a, s'] = n(s, a, s') / n(s, a)
        reward[s, a] = (sum of r_t over these n(s, a) steps) / n(s, a)

    Where n(s, a) = 0, the model stays: transition[s, a, s] = 1, the other entries of the row are 0, and reward[s, a] = 0.

    Args:
        memory: any number of transitions `(s_tm1, a_tm1, r_t, s_t, terminated_t)`; the same one may come several times.
            `terminated_t` is True if nothing follows the step. A step at which the time ran out (truncated) has False here.
        num_states, num_actions: at least 1.

    Returns:
        `(transition, reward)`: float arrays of shape `(states, actions, states)` and `(states, actions)`.
    """
    raise NotImplementedError("TODO: task 1")


def plan(transition: np.ndarray, reward: np.ndarray, discount: float) -> np.ndarray:
    """Computes the optimal action values of a model.

    Sutton and Barto 2018, section 4.4. It is the only table with

        q[s, a] = reward[s, a] + discount · sum over s' of transition[s, a, s'] · (max over a' of q[s', a'])

    Args:
        transition: float array of shape `(states, actions, states)`, the probability of coming to s' and going on. The
            entries of `transition[s, a]` add up to 1 at most: the rest is the probability that the episode ends.
        reward: float array of shape `(states, actions)`, with entries between -1 and 1.
        discount: from 0 to 0.99.

    Returns:
        Float array of shape `(states, actions)`, each entry at most 0.01 from the solution.
    """
    raise NotImplementedError("TODO: task 2")


def train(
    environment: gymnasium.Env, steps: int, discount: float, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Explores an environment, estimates its model from all steps, and plans in it.

    How the agent explores is yours. Nothing is known about the rewards in advance, and a pair of state and action that it
    never tries cannot be planned with.

    Args:
        environment: `observation_space` and `action_space` are `gymnasium.spaces.Discrete`, both starting at 0.
        steps: at least 1, the number of calls of `step`, exactly. When an episode ends, terminated or truncated, and steps
            are left, the environment is reset and the next episode begins.
        discount: from 0 to 0.99.
        seed: fixes everything random: the agent's generator is made from it, and the first `reset` of the environment gets
            it as `seed`; all later ones get none.

    Returns:
        `(transition, reward, q)`: what `estimate_model` says of all the steps, and what `plan` makes of it. The greedy
        policy, which is judged, takes the action with the largest value in the row of the state, the first of them on ties.
    """
    raise NotImplementedError("TODO: task 3")
