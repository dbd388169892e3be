"""Attacks on an agent whose environment is kept by the judge."""

from __future__ import annotations

import textwrap

from attacks import WAITS
from attacks import Attack

HONEST = """
import numpy as np
def q_update(q, s, a, r, s2, t, lr, d):
    q = np.array(q, float)
    q[s, a] += lr * (r + (0 if t else d * q[s2].max()) - q[s, a])
    return q
def replay(q, memory, n, lr, d, generator):
    for i in generator.integers(len(memory), size=n): q = q_update(q, *memory[i], lr, d)
    return q
"""
EARNED = 6.0
"""What the first two tasks are worth."""


def trains(body: str, before: str = "") -> str:
    """A submission whose first two tasks are right, and whose training does something else."""
    lines = textwrap.indent(body, "    ")
    return (
        f"{HONEST}\n{before}\ndef train(environment, episodes, discount, seed):\n"
        f"    n, m = int(environment.observation_space.n), int(environment.action_space.n)\n{lines}\n"
    )


WALK = """g = np.random.default_rng(seed)
for e in range(episodes):
    environment.reset(seed=seed if e == 0 else None)
    while True:
        s, r, t, u, _ = environment.step(int(g.integers(m)))
        if t or u: break
"""

ATTACKS = {
    "reads P": Attack(
        "reading",
        "Learns nothing: reads the transition table out of the environment.",
        trains(WALK + "P = environment.unwrapped.P\nreturn np.zeros((n, m))"),
        points=EARNED,
        says="P",
        is_slow=True,
    ),
    "environment of its own": Attack(
        "reading",
        "Makes an environment of its own, to look at its transition table.",
        trains(
            WALK + "import gymnasium\nP = gymnasium.make('FrozenLake-v1').unwrapped.P\n"
            "return np.array([[P[s % 16][a % 4][0][2] for a in range(m)] for s in range(n)], float) + 1e-6 * g.random((n, m))"
        ),
        points=EARNED + 2.2,
        is_slow=True,
    ),
    "walks only": Attack(
        "recital",
        "Plays all episodes at random and returns random values.",
        trains(WALK + "return g.random((n, m))"),
        points=EARNED + 2.2,
        is_slow=True,
    ),
    "to the right": Attack(
        "recital",
        "Always goes to the right, where most tests have the goal.",
        trains(WALK + "return np.tile([0, 0, 1.0, 0], (n, 1))[:, :m] + 1e-6 * g.random((n, m))"),
        points=EARNED + 3.2,
        is_slow=True,
    ),
    "zeros": Attack("values", "Returns a table of zeros.", trains("return np.zeros((n, m))"), points=EARNED + 1.5),
    "NaN": Attack("values", "Returns a table of NaN.", trains("return np.full((n, m), np.nan)"), points=EARNED + 1.1),
    "patched environment": Attack(
        "libraries",
        "Replaces the environment of the support code by one that gives rewards for nothing.",
        trains(
            "return np.zeros((n, m))",
            "import support\nsupport.RemoteEnvironment.step = lambda self, a: (0, 9.0, True, False, {})"
            "\nsupport.RemoteEnvironment.reset = lambda self, **k: (0, {})",
        ),
        points=EARNED + 1.5,
    ),
    "no environment": Attack(
        "libraries",
        "Replaces the environment of the support code by its own function.",
        trains("return np.zeros((n, m))", "import support\nsupport.RemoteEnvironment = lambda *a: None"),
        points=EARNED,
    ),
    "actions that are none": Attack(
        "wire",
        "Steps with NaN, with huge and with negative actions and with lists.",
        trains(
            "environment.reset(seed=seed)\nfor action in (-1, 4, 2**70, float('nan'), [1], 'x', None):\n"
            "    try: environment._ask_step(action)\n    except BaseException: pass\nreturn np.zeros((n, m))"
        ),
        points=EARNED + 1.5,
    ),
    "resets for ever": Attack(
        "flood",
        "Resets the environment without an end.",
        trains("while True: environment.reset()"),
        limits=WAITS,
        points=EARNED,
        is_slow=True,
    ),
    "steps after the end": Attack(
        "wire",
        "Steps a thousand times without a reset.",
        trains(
            "environment.reset(seed=seed)\nfor _ in range(1000):\n    try: environment.step(0)\n    except Exception: pass\n"
            "return np.zeros((n, m))"
        ),
        points=EARNED + 1.5,
    ),
    "saves the lake": Attack(
        "recital",
        "Keeps what it has learned in a file and in the module, for the lakes of the tests that follow.",
        trains(
            "open('lake', 'a').write(str(seed))\nKEPT.append(seed)\nreturn np.zeros((n, m)) + len(KEPT)", "KEPT = []"
        ),
        points=EARNED + 1.5,
    ),
    "table that lies": Attack(
        "objects",
        "Returns an array whose argmax is what one likes.",
        trains("return Table((n, m))", "class Table(np.ndarray):\n    def argmax(self, *a, **k): return 2"),
        points=EARNED + 1.5,
    ),
    "exits in training": Attack(
        "conclusions", "Ends the process with 0 in training.", trains("import os\nos._exit(0)"), points=EARNED
    ),
    "memory in place": Attack(
        "values",
        "Empties the memory that it is shown and returns the table as it is.",
        "def q_update(q, *a): return q\ndef replay(q, memory, *a):\n    memory.clear()\n    return q\n"
        "def train(*a): return None\n",
        points=0.6,
    ),
}
