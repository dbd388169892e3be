"""Attacks on a training that yields, and that calls back a function of the judge."""

from __future__ import annotations

import textwrap

from attacks import WAITS
from attacks import Attack

HONEST = """
import numpy as np
def minibatches(inputs, targets, batch_size, generator):
    order = generator.permutation(len(inputs))
    for i in range(0, len(inputs), batch_size):
        yield inputs[order[i : i + batch_size]], targets[order[i : i + batch_size]]
def batch_gradient(weights, inputs, targets): return 2 * inputs.T @ (inputs @ weights - targets) / len(targets)
def stochastic_gradient_descent(gradient, start, inputs, targets, batch_size, learning_rate, epochs, generator):
    path = [np.array(start, float)]
    for _ in range(epochs):
        for x, y in minibatches(inputs, targets, batch_size, generator):
            path.append(path[-1] - learning_rate * np.asarray(gradient(path[-1], x, y)))
    return np.array(path)
"""


def descends(body: str, before: str = "") -> str:
    """A submission whose tasks 1 and 2 are right, and whose task 3 does something else."""
    lines = textwrap.indent(body, "    ")
    return f"{HONEST}\n{before}\ndef stochastic_gradient_descent(gradient, start, *rest):\n{lines}\n"


def deals(body: str) -> str:
    """A submission that deals batches in another way, and does nothing else."""
    lines = textwrap.indent(body, "    ")
    return f"import numpy as np\ndef minibatches(inputs, targets, batch_size, generator):\n{lines}\n"


ATTACKS = {
    "spoils the data": Attack(
        "libraries",
        "Shuffles the caller's own arrays, and patches the support code that would once have told.",
        HONEST.replace(
            "    for i in range(0, len(inputs), batch_size):",
            "    inputs[:], targets[:] = inputs[order], targets[order]\n    order = range(len(inputs))\n"
            "    for i in range(0, len(inputs), batch_size):",
            1,
        ).replace(
            "inputs[order[i : i + batch_size]], targets[order[i : i + batch_size]]",
            "inputs[i : i + batch_size].copy(), targets[i : i + batch_size].copy()",
        )
        + "import support\nsupport.data_after_an_epoch = lambda inputs, targets, *a: (inputs, targets)\n",
        points=9.7,
    ),
    "spoils and mends the data": Attack(
        "values",
        "Changes the shared arrays during the epoch and puts them back at its end.",
        deals("old = np.array(inputs)\ninputs[:] = 0\nyield inputs, targets\ninputs[:] = old"),
        points=0.7,
    ),
    "patched generator": Attack(
        "libraries",
        "Replaces the support code's generator by one that draws nothing.",
        HONEST + "import support\nclass Still:\n    def permutation(self, n): return np.arange(n)\n"
        "support.make_generator = lambda seed: Still()\n",
        points=9.0,
    ),
    "order of the data": Attack(
        "values",
        "Deals the samples in the order of the data.",
        deals(
            "for i in range(0, len(inputs), batch_size):\n    yield inputs[i : i + batch_size], targets[i : i + batch_size]"
        ),
        points=2.8,
    ),
    "endless batches": Attack(
        "time", "Yields batches without an end.", deals("while True: yield inputs[:1], targets[:1]"), points=0.7
    ),
    "hangs in the iteration": Attack(
        "time",
        "Yields one batch and hangs.",
        deals("yield inputs[:1], targets[:1]\nwhile True: pass"),
        limits=WAITS,
        is_slow=True,
    ),
    "no batches": Attack("values", "Returns an iterator that is over at once.", deals("return iter(())")),
    "list that grows": Attack(
        "objects",
        "Returns a list that grows while it is read.",
        deals(
            "class Grows(list):\n    def __iter__(self):\n        while True: yield (inputs[:0], targets[:0])\nreturn Grows()"
        ),
        limits="call_seconds = 2\nwall_seconds = 2",
        is_slow=True,
    ),
    "batches of objects": Attack(
        "objects",
        "Yields objects that are equal to everything and as long as they are asked to be.",
        deals(
            "class Any:\n    __eq__ = __lt__ = __gt__ = lambda s, o: True\n    __len__ = lambda s: 1\n    shape = (1, 2)\n"
            "yield Any(), Any()"
        ),
    ),
    "gradient in advance": Attack(
        "wire",
        "Asks for the gradient at NaN and at infinity and with names that are not there.",
        descends(
            "for args in ((np.nan,), (start, np.inf, {'x': [None]}), ()):\n"
            "    try: gradient(*args)\n    except Exception: pass\nreturn np.array([start])"
        ),
        points=6.4,
    ),
    "callback with names": Attack(
        "wire",
        "Calls the judge's function with the name of an attribute and with keywords it does not have.",
        descends("gradient(__class__=1, self=2)\nreturn [start]"),
        points=6.4,
    ),
    "callback flood": Attack(
        "flood",
        "Sends callbacks without waiting for their answers, so that the judge always finds bytes.",
        descends(
            "import gc, sys, threading, time\nfrom grader.protocol import wire\nfrom grader.worker.worker import Worker\n"
            "worker = next(thing for thing in gc.get_objects() if isinstance(thing, Worker))\n"
            "message = wire.Message('callback', worker.nonce, gradient.args[0], '', [[start, start, start], {}])\n"
            "frame = b''.join(bytes(part) for part in wire.encode(message, wire.refuse))\n"
            "sock = worker.connection.socket\nsock.setblocking(True)\n"
            "def drain():\n    while True: sock.recv(2**20)\n"
            "threading.Thread(target=drain, daemon=True).start()\nwhile True: sock.sendall(frame * 500)"
        ),
        limits="call_seconds = 1\nwall_seconds = 2",
        points=6.4,
        is_slow=True,
    ),
    "callback threads": Attack(
        "flood",
        "Calls the judge's function from four threads at once.",
        descends(
            "import threading\ndef ask():\n    for _ in range(20): gradient(start, rest[0][:1], rest[1][:1])\n"
            "threads = [threading.Thread(target=ask) for _ in range(4)]\nfor t in threads: t.start()\n"
            "for t in threads: t.join()\nreturn [start]"
        ),
        points=6.4,
    ),
    "callback that recurses": Attack(
        "wire",
        "Has the judge's function called while it is answered.",
        descends(
            "class Asks(list):\n    def __iter__(self): return iter([gradient(start, rest[0], rest[1])])\n"
            "return gradient(Asks(), rest[0], rest[1])"
        ),
        points=6.4,
    ),
    "keeps the callback": Attack(
        "wire",
        "Keeps the judge's function, and calls it in the next test, where it has another or no meaning.",
        descends("KEPT.append(gradient)\nKEPT[0](start, *rest[:2])\nreturn [start]", "KEPT = []"),
        points=6.4,
    ),
    "path made up": Attack(
        "recital",
        "Makes a path of the right length up, a step towards zero each.",
        descends(
            "rows = 1 + rest[4] * -(-len(rest[1]) // rest[2])\nfor _ in range(rows - 1): gradient(start, *rest[:2])\n"
            "return np.linspace(1, 0, rows)[:, None] * start"
        ),
        points=7.0,
    ),
    "path of NaN": Attack(
        "values",
        "Returns a path of NaN.",
        descends(
            "rows = 1 + rest[4] * -(-len(rest[1]) // rest[2])\nfor _ in range(rows - 1): gradient(start, *rest[:2])\n"
            "return np.full((rows, len(start)), np.nan)"
        ),
        points=6.8,
    ),
}
