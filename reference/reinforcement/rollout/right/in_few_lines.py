import numpy as np


def rollout(environment, policy, max_steps, seed=None):
    state, _ = environment.reset(seed=seed)
    states, actions, rewards = [np.array(state)], [], []
    terminated = truncated = False
    while not (terminated or truncated):
        action = policy(state)
        state, reward, terminated, truncated, _ = environment.step(action)
        states.append(np.array(state))
        actions.append(action)
        rewards.append(reward)
        truncated = truncated or len(actions) == max_steps
    return np.stack(states), np.array(actions), np.array(rewards), terminated, truncated


def collect(environment, policy, max_steps, episodes, seed):
    trajectories = []
    for episode in range(episodes):
        trajectories.append(rollout(environment, policy, max_steps, seed if episode == 0 else None))
    return trajectories
