"""Lists of numbers, appended and reversed once."""

import numpy as np


def discounted_returns(r_t, terminated_t, truncated_t, v_t, discount):
    returns = []
    g = v_t[-1]
    steps = zip(r_t.tolist(), terminated_t.tolist(), truncated_t.tolist(), v_t.tolist(), strict=True)
    for r, terminated, truncated, v in reversed(list(steps)):
        if terminated:
            g = 0.0
        elif truncated:
            g = v
        g = r + discount * g
        returns.append(g)
    returns.reverse()
    return np.array(returns)
