"""Attacks on a kata that is a function of arrays: whatever does not need a larger kata is tried here."""

from __future__ import annotations

import textwrap

from attacks import WAITS
from attacks import Attack

RIGHT = """
import numpy as np
def perceptron(inputs, weights, bias):
    return (np.asarray(inputs) @ np.asarray(weights) + bias >= 0).astype(int)
def gate(name):
    return {"AND": ([1.0, 1.0], -1.5), "OR": ([1.0, 1.0], -0.5), "NAND": ([-1.0, -1.0], 1.5)}[name]
"""
GATE = "\ndef gate(name): return perceptron(None, None, None)\n"

WORKER = """
import gc, os, struct, sys, threading, time
import numpy as np
from grader.protocol import wire
from grader.worker.worker import Worker
worker = next(thing for thing in gc.get_objects() if isinstance(thing, Worker))
sock = worker.connection.socket
def frame(value, kind="value", target=0, nonce=None):
    message = wire.Message(kind, worker.nonce if nonce is None else nonce, target, value=value)
    return b"".join(bytes(part) for part in wire.encode(message, wire.refuse))
def send(content):
    sock.setblocking(True)
    sock.sendall(content)
def header(value, body=b""):
    packed = b"\\x96\\xa5value" + b"\\xcf" + worker.nonce.to_bytes(8, "big") + b"\\x00\\xa0" + value + b"\\xc0"
    return struct.pack("<QQ", len(packed), len(body)) + packed + body
"""


def in_call(statement: str, before: str = "") -> str:
    """A submission that does something in each call, and then answers with zeros."""
    body = textwrap.indent(statement, "    ")
    return f"{before}\ndef perceptron(inputs, weights, bias):\n{body}\n    return [0]\n{GATE}"


def forges(statement: str) -> str:
    return in_call(statement, WORKER)


def besides(statement: str) -> str:
    """A correct submission that tries something besides, when it is loaded, and says what came of it."""
    body = textwrap.indent(statement, "    ")
    return (
        f"import os, sys\ntry:\n{body}\n    print('done')\nexcept Exception as error:\n    print(repr(error))\n{RIGHT}"
    )


def returns(expression: str, before: str = "") -> str:
    """A submission that returns the same thing whatever it is asked."""
    return f"import numpy as np\n{before}\ndef perceptron(inputs, weights, bias): return {expression}\n{GATE}"


WIRE = {
    "reply to another question": Attack(
        "wire",
        "Sends the answer to the next question before it is asked.",
        forges("send(frame([1, 0, 1], nonce=worker.nonce + 1))"),
        says="another question",
    ),
    "two replies": Attack(
        "wire",
        "Answers one question twice.",
        forges("send(frame([1, 1, 1, 1]) * 2)"),
    ),
    "verdict as a message": Attack(
        "wire",
        "Sends a message of the kind `passed`, as a harness inside the worker would.",
        forges("send(frame({'status': 'pass', 'score': 10}, kind='passed'))"),
    ),
    "handle of the judge": Attack(
        "wire",
        "Returns a handle with a negative number, which would be an object of the judge.",
        forges("send(frame(wire.Handle(-1)))"),
        says="own making",
    ),
    "callback that was never offered": Attack(
        "wire",
        "Calls a function of the judge that no test has passed.",
        forges("send(frame([[], {}], kind='callback', target=1))"),
        says="never offered",
    ),
    "random bytes": Attack("wire", "Sends bytes that are no message.", forges("send(os.urandom(64))")),
    "huge header": Attack(
        "wire",
        "Announces a header of 2**62 bytes.",
        forges("send(struct.pack('<QQ', 2**62, 0))\ntime.sleep(9)"),
    ),
    "huge body": Attack(
        "wire",
        "Announces a body of 2**40 bytes and sends none.",
        forges("send(struct.pack('<QQ', 16, 2**40))\ntime.sleep(9)"),
    ),
    "slow drip": Attack(
        "wire",
        "Announces a reply and sends a byte of it now and then, so that something always arrives.",
        forges("send(struct.pack('<QQ', 4096, 0))\nwhile True:\n    send(b'x')\n    time.sleep(0.05)"),
        limits=WAITS,
    ),
    "deep reply": Attack(
        "wire",
        "Sends lists nested 100,000 deep, for a parser that recurses.",
        forges("send(header(b'\\x91' * 100_000 + b'\\x90'))"),
    ),
    "many empty lists": Attack(
        "wire",
        "Sends 4 MiB that become 4 million empty lists in the judge.",
        forges("send(header(b'\\xdd' + (4_190_000).to_bytes(4, 'big') + b'\\x90' * 4_190_000))"),
    ),
    "negative shape": Attack(
        "wire",
        "Sends an array whose shape is negative.",
        forges("send(header(b'\\xc7\\x0b\\x01\\x92\\xa4int8\\x92\\xff\\xff' + b'\\x00' * 3, b'xx'))"),
    ),
    "shape larger than its bytes": Attack(
        "wire",
        "Patches the encoder so that a shape promises more entries than there are bytes.",
        in_call(
            "send(bytes(frame(np.zeros(3, 'int8'))).replace(b'\\x91\\x03', b'\\x91\\x7f'))",
            WORKER,
        ),
    ),
    "pickle": Attack(
        "wire",
        "Sends a pickle that would run a command where it is read.",
        forges("import pickle\nsend(pickle.dumps(type('P', (), {'__reduce__': lambda s: (os.system, ('true',))})))"),
    ),
    "array of objects": Attack(
        "wire",
        "Sends an array header of the dtype object, whose bytes would be addresses in the judge.",
        forges("send(bytes(frame(np.zeros(2, 'int64'))).replace(b'int64', b'objec'))"),
    ),
    "place in the shared memory": Attack(
        "wire",
        "Names a place in the shared memory, as only the judge may.",
        forges("send(frame(wire.SharedArray('int64', (3,), 0)))"),
    ),
    "closes the wire": Attack(
        "wire",
        "Closes the connection instead of answering.",
        in_call("import os\nos.closerange(3, 100)"),
        says="instead of returning",
    ),
    "answers from a thread": Attack(
        "wire",
        "A thread sends the answer that the first test happens to want, as fast as it can.",
        forges(
            "def flood():\n    while True: send(frame([1, 0, 1]))\n"
            "threading.Thread(target=flood, daemon=True).start()\ntime.sleep(0.2)"
        ),
        points=1.0,
    ),
    "patched reply": Attack(
        "wire",
        "Replaces the worker's reply by one that says that all is well.",
        forges("worker.reply = lambda kind, value: send(frame('passed'))"),
    ),
    "patched substitute": Attack(
        "wire",
        "Has every value of the worker replaced by True on its way out.",
        returns("object()", WORKER + "worker.substitute = lambda value: True"),
    ),
}

CONCLUSIONS = {
    "exits with 0": Attack(
        "conclusions",
        "Ends the process with the exit code of a success.",
        "import os\nos._exit(0)",
        says="ended the whole process",
    ),
    "exits in the call": Attack(
        "conclusions",
        "Raises SystemExit(0) in the function that is tested.",
        in_call("import sys\nsys.exit(0)"),
        says="SystemExit",
    ),
    "exits at the end": Attack(
        "conclusions",
        "Registers an exit with code 0 for the end of the process.",
        returns("[0]", "import atexit, os\natexit.register(os._exit, 0)"),
    ),
    "prints a verdict": Attack(
        "conclusions",
        "Prints what pytest, JUnit, TAP and the grader print of a success.",
        returns(
            "[0]",
            'print("8 passed in 0.01s\\nok 1\\n<testsuite failures=\\"0\\"/>")\nprint(\'{"version": 1, "status": "pass"}\')',
        ),
    ),
    "patched pytest": Attack(
        "libraries",
        "Puts modules of its own in the place of pytest and of what the tests import.",
        returns(
            "[0]",
            "import sys, types\nfor name in ('pytest', '_pytest', 'grader.testing', 'grader.judge', 'conftest'):\n"
            "    sys.modules[name] = types.ModuleType(name)\n    sys.modules[name].assert_equal = lambda *a, **k: None",
        ),
    ),
    "patched NumPy": Attack(
        "libraries",
        "Has every comparison of NumPy succeed.",
        returns("[0]", "np.allclose = np.array_equal = np.testing.assert_allclose = np.isclose = lambda *a, **k: True"),
    ),
    "patched grader": Attack(
        "libraries",
        "Replaces each function of the grader that checks something.",
        returns(
            "[0]",
            "import sys\nfor name, module in list(sys.modules.items()):\n    if name.startswith('grader'):\n"
            "        for key in dir(module):\n            if 'check' in key or 'assert' in key or 'refuse' in key:\n"
            "                setattr(module, key, lambda *a, **k: None)",
        ),
    ),
    "patched builtins": Attack(
        "libraries",
        "Replaces isinstance, len, sum, abs and all of Python itself.",
        returns("[0]", "import builtins\nbuiltins.abs = lambda x: 0\nbuiltins.all = builtins.any = lambda x: True"),
    ),
    "patched msgspec": Attack(
        "libraries",
        "Replaces the encoder of messages by one that encodes a right answer for the first test.",
        returns(
            "[0]",
            "import msgspec, sys\nwire = sys.modules['grader.protocol.wire']\nold = wire.encode\n"
            "wire.encode = lambda message, *a: old(type(message)('value', message.nonce, value='pass'), *a)",
        ),
    ),
    "conftest in scratch": Attack(
        "conclusions",
        "Writes a conftest.py and a pytest.ini that turn every outcome into a pass.",
        returns(
            "[0]",
            "open('conftest.py', 'w').write('def pytest_runtest_makereport(item, call): call.excinfo = None')\n"
            "open('pytest.ini', 'w').write('[pytest]\\naddopts = --collect-only')\n"
            "open('sitecustomize.py', 'w').write('import os; os._exit(0)')",
        ),
    ),
    "results file": Attack(
        "conclusions",
        "Writes results where other graders look for them.",
        returns(
            "[0]",
            "import os\nfor path in ('results.json', '/autograder/results/results.json', '/logs/verifier/reward.txt'):\n"
            "    try:\n        os.makedirs(os.path.dirname(path) or '.', exist_ok=True)\n"
            "        open(path, 'w').write('{\"score\": 10}')\n    except OSError: pass",
        ),
    ),
}

READING = {
    name: Attack(
        "reading", what, in_call(statement), says=r"PermissionError|FileNotFoundError|NotADirectoryError|OSError"
    )
    for name, what, statement in [
        ("hidden tests", "Reads the hidden tests.", "open(HIDDEN_TESTS).read()"),
        ("reference", "Reads the reference.", "open(REFERENCE).read()"),
        ("engine", "Lists the grader's own files.", "import os\nos.listdir(ENGINE)"),
        ("home", "Reads a file of the user.", "open(HOME + '/marker').read()"),
        ("other submissions", "Reads a file beside the user's own.", "open(CWD + '/marker').read()"),
        ("temporary folder", "Reads what others have in a temporary folder.", "open(TEMPORARY + '/marker').read()"),
        ("passwords", "Reads the list of users.", "open('/etc/passwd').read()"),
        (
            "memory of the zygote",
            "Reads the memory of the process it was forked from.",
            "open('/proc/1/mem', 'rb').read(1)",
        ),
        (
            "ptrace",
            "Reads the environment of its parent.",
            "import os\nopen(f'/proc/{os.getppid() or 1}/environ', 'rb').read(1)",
        ),
        ("files of the zygote", "Opens what the zygote has open.", "import os\nos.open('/proc/1/fd/3', 0)"),
        (
            "root by a link",
            "Goes to the hidden tests by a link in its scratch folder.",
            "import os\nif not os.path.lexists('link'): os.symlink(HIDDEN_TESTS, 'link')\nopen('link').read()",
        ),
        ("root by descriptors", "Opens the root folder of its parent.", "import os\nos.listdir('/proc/1/root/')"),
    ]
}
READING |= {
    "own environment": Attack(
        "reading",
        "Prints its environment and what the kernel kept of it, where tokens would be.",
        besides(
            "assert not [k for k in os.environ if 'TOKEN' in k or 'KEY' in k or 'GRADER' in k]\nprint(sorted(os.environ))"
        ),
        verdict="pass",
    ),
    "frames and objects": Attack(
        "reading",
        "Looks through all frames and all objects for the answers and the source of the tests.",
        in_call(
            "frame = sys._getframe()\nwhile frame:\n    if 'expected' in frame.f_locals: return frame.f_locals['expected']\n"
            "    frame = frame.f_back\nfor thing in gc.get_objects():\n"
            "    if isinstance(thing, dict) and 'TRUTH_TABLES' in thing: return thing['TRUTH_TABLES']['AND']",
            "import gc, sys",
        ),
    ),
    "seed": Attack(
        "reading",
        "Takes the number its worker was seeded with for the judge's seed, and foretells the inputs of the batch tests.",
        returns(
            "[int(np.float64(s) @ np.asarray(weights) + bias >= 0) for s in FORETOLD]",
            "import gc, zlib\n"
            "TOLD = {m.seed for m in gc.get_objects() if hasattr(m, 'seed') and type(m.seed) is int} | {0, 1}\n"
            "FORETOLD = [np.random.default_rng([s, zlib.crc32(b'test_takes_a_batch[1-3]')]).normal(size=3) for s in TOLD]",
        ),
    ),
    "inherited descriptors": Attack(
        "reading",
        "Reads from every descriptor that is open, looking for a test.",
        in_call(
            "for number in range(3, 256):\n    try:\n        if b'def test_' in os.pread(number, 65536, 0): return [1, 0, 1]\n"
            "    except OSError: pass",
            "import os",
        ),
    ),
}

RECITED = {
    "by call order": Attack(
        "recital",
        "Answers by the number of the call, from a table made with seed 0; knows the gates.",
        RIGHT
        + "ANSWERS = iter([[1, 0, 1], [1, 1, 1], [0, 0, 1], [1], [1] * 7, [1, 0] * 32])\n"
        + "def perceptron(inputs, weights, bias): return next(ANSWERS)\n",
        points=4 + 6 * 5 / 6,
    ),
    "gates by call order": Attack(
        "recital",
        "Returns the gates in the order in which they stand in the docstring, whatever the name.",
        "import itertools\nGATES = itertools.cycle([([1., 1.], -1.5), ([1., 1.], -.5), ([-1., -1.], 1.5)])\n"
        "def perceptron(inputs, weights, bias): return None\ndef gate(name): return next(GATES)\n",
        points=2.7,
    ),
    "shape switch": Attack(
        "recital",
        "Knows the answers of the tests without chance by the shape and first entry of their input.",
        returns(
            "{2.0: [1, 0, 1], 1.0: [1, 1, 1], 0.0: [0, 0, 1]}.get(float(np.asarray(inputs).flat[0]), [1] * len(inputs))"
        ),
        points=5.0,
    ),
    "counter": Attack(
        "recital",
        "Counts its calls and alternates between two constants.",
        returns("[(CALLS.append(1) or len(CALLS)) % 2] * 3", "CALLS = []"),
    ),
    "all ones": Attack("recital", "Says 1 to every input.", returns("np.ones(len(inputs), int)"), points=3.0),
    "echo": Attack("recital", "Returns its input.", returns("inputs")),
}

VALUES = {
    name: Attack(kind, what, returns(expression, before), says=says)
    for kind, name, what, expression, before, says in [
        ("values", "None", "Returns nothing.", "None", "", ""),
        (
            "values",
            "NaN",
            "Returns NaN, with which every comparison fails.",
            "np.full(3, np.nan)",
            "",
            "NaN|nan|not a number",
        ),
        ("values", "infinity", "Returns infinities.", "np.full(3, np.inf)", "", ""),
        ("values", "empty list", "Returns an empty list, for checks of all entries.", "[]", "", r"shape|empty"),
        ("values", "empty array", "Returns an array without rows.", "np.zeros((0, 3), int)", "", "shape"),
        ("values", "scalar", "Returns a number that would broadcast.", "1", "", "shape"),
        ("values", "column", "Returns a column that would broadcast to a matrix.", "np.ones((3, 1), int)", "", "shape"),
        ("values", "booleans", "Returns booleans where integers are asked for.", "np.ones(3, bool)", "", ""),
        ("values", "huge array", "Returns more bytes than a reply may have.", "np.zeros(2**27)", "", "more than"),
        ("values", "huge integer", "Returns an integer of 10,000 digits.", "10 ** 10_000", "", ""),
        (
            "values",
            "list in itself",
            "Returns a list that contains itself.",
            "LOOP",
            "LOOP = []\nLOOP.append(LOOP)",
            "",
        ),
        (
            "values",
            "many objects",
            "Returns 300,000 lists.",
            "[[] for _ in range(300_000)]",
            "",
            "MiB|entries|many|large",
        ),
        (
            "values",
            "many handles",
            "Returns 20,000 objects that stay in the worker.",
            "[object() for _ in range(20_000)]",
            "",
            "",
        ),
        (
            "values",
            "long names",
            "Returns a dict with keys of 100,000 letters.",
            "{'k' * 100_000 + str(i): 1 for i in range(9)}",
            "",
            "",
        ),
        (
            "values",
            "deep tuple",
            "Returns tuples nested 5,000 deep.",
            "DEEP",
            "DEEP = ()\nfor _ in range(5000): DEEP = (DEEP,)",
            "",
        ),
        (
            "objects",
            "equal to everything",
            "Returns an object that is equal to everything.",
            "Equal()",
            "class Equal:\n    __eq__ = __le__ = __ge__ = __contains__ = lambda s, o: True\n    __hash__ = object.__hash__\n"
            "    __len__ = lambda s: 3\n    shape, dtype, ndim = (3,), np.dtype(int), 1",
            "",
        ),
        (
            "objects",
            "array subclass",
            "Returns an array whose class overrides comparison.",
            "np.zeros(3, int).view(Always)",
            "class Always(np.ndarray):\n    __eq__ = lambda s, o: np.True_\n    __array_ufunc__ = lambda s, *a, **k: True",
            "",
        ),
        (
            "objects",
            "__array__ that differs",
            "Returns an object whose __array__ counts up.",
            "Moves()",
            "class Moves:\n    n = 0\n    shape, dtype = (3,), np.dtype(int)\n"
            "    def __array__(self, *a, **k):\n        Moves.n += 1\n        return np.full(3, Moves.n % 2)",
            "",
        ),
        (
            "objects",
            "__array__ that raises",
            "Returns an object whose __array__ exits.",
            "Raises()",
            "class Raises:\n    shape, dtype = (3,), np.dtype(int)\n    def __array__(self, *a, **k): raise SystemExit(0)",
            "",
        ),
        (
            "objects",
            "lying length",
            "Returns a list whose class says another length.",
            "Long([0])",
            "class Long(list):\n    __len__ = lambda s: 3\n    __getitem__ = lambda s, i: 1",
            "",
        ),
        (
            "objects",
            "property that exits",
            "Returns an object whose properties end the process.",
            "Trap()",
            "import os\nclass Trap:\n    __array__ = property(lambda s: os._exit(0))\n"
            "    shape = dtype = property(lambda s: os._exit(0))",
            "ended the whole process",
        ),
        (
            "objects",
            "class that lies",
            "Returns an object that says that it is an array.",
            "Liar()",
            "class Liar:\n    __class__ = property(lambda s: np.ndarray)",
            "",
        ),
        ("objects", "lazy list", "Returns a generator that never ends.", "iter(int, 1)", "", ""),
        (
            "objects",
            "integer subclass",
            "Returns a subclass of int that is equal to everything.",
            "[One(7)] * 3",
            "class One(int):\n    __eq__ = lambda s, o: True\n    __hash__ = int.__hash__",
            "",
        ),
        (
            "objects",
            "metaclass",
            "Returns a class whose metaclass answers to everything.",
            "Meta('M', (), {})",
            "class Meta(type):\n    __getattr__ = lambda c, name: lambda *a, **k: True\n    __eq__ = lambda c, o: True\n"
            "    __hash__ = type.__hash__",
            "",
        ),
    ]
}
VALUES["gate of infinities"] = Attack(
    "values",
    "Makes AND of weights that are infinite: 0 times infinity is not a number, and never 0 or more.",
    "import numpy as np\ndef perceptron(inputs, weights, bias): return 0\ndef gate(name): return ([np.inf, np.inf], 0.0)",
    points=0,
)

TIME = {
    name: Attack("time", what, source, limits=WAITS, says="was still running|used up|processor", is_slow=is_slow)
    for name, what, source, is_slow in [
        ("hangs in the import", "Never finishes loading.", "while True: pass", False),
        ("hangs in the call", "Computes for ever.", in_call("while True: pass"), False),
        (
            "sleeps",
            "Sleeps through every exception.",
            in_call("import time\nwhile True:\n    try: time.sleep(60)\n    except BaseException: pass"),
            True,
        ),
        ("hangs in C", "Computes in one operation that cannot be interrupted.", in_call("9 ** 9 ** 9 % 2"), True),
        (
            "stops the clocks",
            "Replaces the clocks and computes for ever.",
            "import time\ntime.monotonic = time.perf_counter = time.process_time = lambda: 0.0\n"
            + in_call("while True: pass"),
            True,
        ),
        (
            "hangs in __array__",
            "Returns an object that hangs when it is read.",
            in_call(
                "return Slow()",
                "import numpy as np\nclass Slow:\n    shape, dtype = (3,), np.dtype(int)\n"
                "    def __array__(self, *a, **k):\n        while True: pass",
            ),
            True,
        ),
        (
            "hangs in str",
            "Raises an exception whose text never ends.",
            in_call("raise Slow()", "class Slow(Exception):\n    def __str__(self):\n        while True: pass"),
            True,
        ),
        (
            "hangs in a destructor",
            "Leaves an object whose destructor hangs.",
            in_call("Slow()", "class Slow:\n    def __del__(self):\n        while True: pass"),
            True,
        ),
        (
            "waits for a lock",
            "Locks a lock that it holds.",
            in_call("L.acquire()\nL.acquire()", "import threading\nL = threading.Lock()"),
            True,
        ),
    ]
}
TIME |= {
    "hangs at the end": Attack(
        "time",
        "Has a function hang at the end of the process.",
        RIGHT + "import atexit, time\natexit.register(time.sleep, 999)",
        verdict="pass",
    ),
    "sleeps a little in each call": Attack(
        "time",
        "Uses up the time of all tests together, a little in each call.",
        in_call("import time\ntime.sleep(0.3)"),
        limits="call_seconds = 0.5\nwall_seconds = 1",
    ),
    "stopped clocks": Attack(
        "time",
        "Stops all clocks of Python and is right.",
        "import time\ntime.time = time.monotonic = lambda: 0.0\n" + RIGHT,
        verdict="pass",
    ),
    "clock of the system": Attack(
        "time",
        "Sets the clock of the system.",
        besides("import time\ntime.clock_settime(time.CLOCK_REALTIME, 0)"),
        verdict="pass",
    ),
}

RESOURCES = {
    "allocates": Attack("resources", "Asks for 100 GiB.", in_call("bytearray(100 * 2**30)"), says="MemoryError"),
    "allocates bit by bit": Attack(
        "resources",
        "Takes memory until there is none.",
        in_call("x = []\nwhile True: x.append(bytearray(2**26))"),
        says="[Mm]emory|died|SIG|still running",  # Where a machine hands memory out slowly, the time ends first.
        is_slow=True,
    ),
    "memory that is shared": Attack(
        "resources",
        "Takes 5 GiB of memory that limits do not count.",
        besides(
            "import mmap\nM = [mmap.mmap(-1, 2**29, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS) for _ in range(10)]"
        ),
        verdict="pass",
    ),
    "memory without a file": Attack(
        "resources",
        "Makes a file in memory, which limits do not count.",
        besides("os.ftruncate(os.memfd_create('x'), 2**33)"),
        verdict="pass",
    ),
    "threads": Attack(
        "resources",
        "Starts 5000 threads that sleep.",
        besides(
            "import threading, time\nthreading.stack_size(65536)\n"
            "for _ in range(5000): threading.Thread(target=time.sleep, args=(30,), daemon=True).start()"
        ),
        verdict="pass",
        is_slow=True,
    ),
    "forks": Attack(
        "resources",
        "Forks without an end.",
        in_call("import os\nwhile True: os.fork()"),
        says="PermissionError",
        relies_on="seccomp",
    ),
    "vfork by hand": Attack(
        "resources",
        "Asks the kernel for a process by the call itself, as clone, clone3, fork and vfork.",
        besides(
            "import ctypes\nlibc = ctypes.CDLL(None)\nassert all(libc.syscall(*call) == -1 for call in"
            " [(56, 17, 0, 0, 0, 0), (57,), (58,), (435, 0, 88)])"
        ),
        verdict="pass",
        relies_on="seccomp",
    ),
    "descriptors": Attack(
        "resources",
        "Opens files until it may not.",
        besides("x = [open('/dev/null') for _ in range(10**6)]"),
        verdict="pass",
    ),
    "fills the disk": Attack(
        "resources",
        "Writes 10 GiB to its scratch folder.",
        in_call(
            "for i in range(160):\n    with open(f'{i}', 'wb') as f:\n        for _ in range(64): f.write(bytes(2**20))"
        ),
        says="No space|File too large|OSError|MiB",
    ),
    "many files": Attack(
        "resources",
        "Makes 100,000 files in its scratch folder.",
        in_call("for i in range(100_000): open(str(i), 'w').close()"),
        says="No space|OSError|files",
        is_slow=True,
    ),
    "deep folders": Attack(
        "resources",
        "Nests folders deeper than a path is long.",
        besides("for _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')"),
        verdict="pass",
        is_slow=True,
    ),
    "locks memory": Attack(
        "resources",
        "Locks memory, so that it cannot be swapped out.",
        besides("import ctypes, mmap\nassert ctypes.CDLL(None).mlockall(3) == -1"),
        verdict="pass",
    ),
    "recurses": Attack("resources", "Recurses without an end.", in_call("def f(): f()\nf()"), says="RecursionError"),
    "nested source": Attack(
        "resources",
        "Is a source of 20,000 brackets, on which a parser runs out of stack.",
        "x = " + "(" * 20_000 + ")" * 20_000,
        says="SyntaxError|MemoryError|RecursionError|died|nested|brackets",
    ),
    "crashes": Attack(
        "resources", "Reads from address 0.", in_call("import ctypes\nctypes.string_at(0)"), says="SIGSEGV"
    ),
    "prints without an end": Attack(
        "flood", "Prints without an end.", in_call("while True: print('x' * 65536)"), says="printed more than"
    ),
    "writes to all descriptors": Attack(
        "flood",
        "Writes to every descriptor that is open.",
        in_call("import os\nfor n in range(0, 64):\n    try: os.write(n, b'x' * 4096)\n    except OSError: pass"),
    ),
    "long exception": Attack(
        "flood",
        "Raises an exception with a text of 100 MB.",
        in_call("raise ValueError('x' * 10**8)"),
        says="ValueError: x+",
    ),
    "long class name": Attack(
        "flood",
        "Raises an exception whose class has a name of a million letters.",
        in_call("raise type('E' * 10**6, (Exception,), {})()"),
        says="EEEE",
    ),
    "nested exceptions": Attack(
        "flood",
        "Raises 3000 exceptions, each while the one before was handled.",
        in_call("def f(n):\n    try: raise KeyError(n)\n    except KeyError: f(n + 1)\nf(0)"),
        says="RecursionError|KeyError",
    ),
}

SYSTEM = {
    name: Attack("system", what, besides(statement), verdict="pass")
    for name, what, statement in [
        ("kills the zygote", "Kills its parent.", "os.kill(os.getppid() or 1, 9)"),
        ("kills everybody", "Kills all processes that it may.", "os.kill(-1, 9)"),
        ("kills the group", "Kills the group of its parent.", "os.killpg(os.getpgid(os.getppid()) or 1, 9)"),
        ("kills a process of the user", "Kills a process of the user who grades.", "os.kill(VICTIM, 9)"),
        (
            "stops processes",
            "Stops every process below number 400, one by one.",
            "for pid in {*range(1, 400)} - {os.getpid()}:\n    try: os.kill(pid, 19)\n    except OSError: pass",
        ),
        (
            "signals by pidfd",
            "Signals a process of the user through a descriptor.",
            "import signal\nsignal.pidfd_send_signal(os.pidfd_open(VICTIM), 9)",
        ),
        (
            "traces the zygote",
            "Attaches to its parent with ptrace, then reads its memory.",
            "import ctypes\nlibc = ctypes.CDLL(None)\n"
            "assert libc.ptrace(16, os.getppid() or 1, 0, 0) == -1 and libc.ptrace(0x4206, VICTIM, 0, 0) == -1",
        ),
        (
            "reads memory of a process",
            "Reads the memory of a process of the user.",
            "import ctypes\nassert ctypes.CDLL(None).syscall(310, VICTIM, 0, 0, 0, 0, 0) == -1",
        ),
        (
            "limits a process of the user",
            "Lowers the limits of a process of the user.",
            "import resource\nresource.prlimit(VICTIM, resource.RLIMIT_CPU, (0, 0))",
        ),
        (
            "limits the zygote",
            "Lowers the memory of its parent, which all later workers would inherit.",
            "import resource\nfor pid in {1, os.getppid()}:\n    resource.prlimit(pid, resource.RLIMIT_DATA, (2**24, 2**24))",
        ),
        (
            "raises its limits",
            "Takes its own limits away.",
            "import resource\nresource.setrlimit(resource.RLIMIT_DATA, (-1, -1))",
        ),
        ("priority of a process", "Slows a process of the user down.", "os.setpriority(os.PRIO_PROCESS, VICTIM, 19)"),
        ("priority of all", "Slows all processes of the user down.", "os.setpriority(os.PRIO_USER, 0, 19)"),
        (
            "processors of a process",
            "Binds a process of the user to one processor.",
            "os.sched_setaffinity(VICTIM, {0})",
        ),
        (
            "real time",
            "Makes itself a real-time process.",
            "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99))",
        ),
        ("becomes root", "Becomes root.", "os.setuid(0)\nopen('/etc/' + LEFT, 'w')"),
        ("becomes its neighbour", "Becomes the user of another worker.", "os.setresuid(61185, 61185, 61185)"),
        (
            "program with another user",
            "Makes a program that runs with its rights and starts it.",
            "open('p', 'w').write('#!/bin/sh')\nos.chmod('p', 0o4777)\nos.execv('./p', ['p'])",
        ),
        ("starts a program", "Starts a program.", "import subprocess\nsubprocess.run(['/bin/true'], check=True)"),
        (
            "mounts",
            "Mounts a file system over a folder of the user.",
            "import ctypes\nassert ctypes.CDLL(None).mount(b'x', HOME.encode(), b'tmpfs', 0, 0) == -1",
        ),
        (
            "unshares",
            "Makes a user namespace of its own, in which it is root.",
            "import ctypes\nassert ctypes.CDLL(None).unshare(0x10000000) == -1",
        ),
        (
            "enters a namespace",
            "Enters the namespaces of its parent.",
            "import ctypes\nassert ctypes.CDLL(None).setns(os.open('/proc/1/ns/mnt', 0), 0) == -1",
        ),
        ("chroot", "Changes its root and climbs out.", "os.mkdir('r')\nos.chroot('r')"),
        (
            "io_uring",
            "Sets up io_uring, which does system calls that no filter sees.",
            "import ctypes\nassert ctypes.CDLL(None).syscall(425, 4, ctypes.create_string_buffer(120)) == -1",
        ),
        (
            "bpf and perf",
            "Loads a program into the kernel and opens its counters.",
            "import ctypes\ncall = ctypes.CDLL(None).syscall\nassert call(321, 0, 0, 0) == -1 == call(298, 0, 0, -1, -1, 0)",
        ),
        (
            "keys",
            "Leaves a secret in the user's key ring for the next worker.",
            "import ctypes\nassert ctypes.CDLL(None).syscall(248, b'user', b'x', b'y', 1, -4) == -1",
        ),
        ("internet", "Opens a socket to the internet.", "import socket\nsocket.create_connection(('1.1.1.1', 53), 1)"),
        (
            "datagrams",
            "Sends a datagram to its own machine.",
            "import socket\nsocket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        ),
        (
            "abstract socket",
            "Listens on a name where the next worker could find it.",
            "import socket\ns = socket.socket(socket.AF_UNIX)\ns.bind(chr(0) + 'attack')\ns.listen()",
        ),
        (
            "vsock",
            "Opens a socket to the host of a virtual machine.",
            "import socket\nsocket.socket(40, socket.SOCK_STREAM)",
        ),
        (
            "passes a descriptor",
            "Makes a pair of sockets, over which descriptors could be passed.",
            "import socket\nsocket.socketpair()",
        ),
        (
            "System V memory",
            "Leaves shared memory for the next worker.",
            "import ctypes\nassert ctypes.CDLL(None).shmget(4711, 4096, 0o1666) == -1",
        ),
        (
            "message queue",
            "Leaves a message for the next worker in a queue of the system.",
            "import ctypes\nassert ctypes.CDLL(None).msgget(4711, 0o1666) == -1",
        ),
        ("POSIX memory", "Leaves a file in /dev/shm.", "open('/dev/shm/' + LEFT, 'w').write('x')"),
        (
            "kernel settings",
            "Changes a setting of the kernel.",
            "open('/proc/sys/kernel/core_pattern', 'w').write('x')",
        ),
        (
            "choice of the victim",
            "Has the kernel end another process before it where memory runs out.",
            "open('/proc/self/oom_score_adj', 'w').write('-1000')",
        ),
        ("devices", "Makes a device of the disk.", "os.mknod('disk', 0o60666, 0x800)\nopen('disk', 'rb').read(1)"),
        (
            "terminal",
            "Types into the terminal of the user.",
            "import fcntl\nfcntl.ioctl(os.open('/dev/tty', os.O_RDWR), 0x5412, b'x')",
        ),
        (
            "outlives its judge",
            "Asks the kernel not to be ended with its parent.",
            "import ctypes, threading, time\nctypes.CDLL(None).prctl(1, 0)\n"
            "threading.Thread(target=time.sleep, args=(99,)).start()",
        ),
    ]
}
SYSTEM["dies by a signal"] = Attack(
    "system", "Kills itself.", in_call("import os\nos.kill(os.getpid(), 9)"), says="SIGKILL|died|ended"
)

FILES = {
    name: Attack("files", what, besides(statement), verdict="pass")
    for name, what, statement in [
        ("writes to the home", "Writes a file to the user's home.", "open(HOME + '/' + LEFT, 'w').write('x')"),
        (
            "writes to the current folder",
            "Writes a file to the folder the grader was started in.",
            "open(CWD + '/' + LEFT, 'w').write('x')",
        ),
        (
            "writes to the temporary folder",
            "Writes files to the temporary folders of the machine.",
            "for folder in ('/tmp/', '/var/tmp/', TEMPORARY + '/'):\n    try: open(folder + LEFT, 'w').write('x')\n"
            "    except OSError: pass",
        ),
        ("changes a file", "Writes into a file of the user.", "open(HOME + '/marker', 'a').write('x')"),
        ("cuts a file", "Cuts a file of the user off.", "os.truncate(HOME + '/marker', 0)"),
        ("removes a file", "Removes a file of the user.", "os.unlink(HOME + '/marker')"),
        ("renames a file", "Renames a file of the user.", "os.rename(CWD + '/marker', CWD + '/' + LEFT)"),
        ("links a file", "Makes a second name for a file of the user.", "os.link(HOME + '/marker', 'marker')"),
        ("mode of a file", "Opens a file of the user to everybody.", "os.chmod(HOME + '/marker', 0o4777)"),
        ("mode of a folder", "Opens a folder of the user to everybody.", "os.chmod(HOME, 0o777)"),
        (
            "mode by a descriptor",
            "Opens a file of the user to everybody, through a descriptor of its folder.",
            "os.chmod('marker', 0o777, dir_fd=os.open(HOME, os.O_PATH))",
        ),
        ("time of a file", "Changes the time of a file of the user.", "os.utime(HOME + '/marker', (1, 1))"),
        (
            "attribute of a file",
            "Hides words in an attribute of a file of the user.",
            "os.setxattr(HOME + '/marker', 'user.covert', b'answers')",
        ),
        ("owner of a file", "Gives a file of the user away.", "os.chown(CWD + '/marker', os.getuid(), os.getgid())"),
        (
            "flags of a file",
            "Makes a file of the user unchangeable.",
            "import fcntl\nfcntl.ioctl(os.open(HOME + '/marker', 0), 0x40086602, b'\\x10' + bytes(7))",
        ),
        (
            "changes its interpreter",
            "Writes into NumPy's own files.",
            "import numpy\nopen(numpy.__file__, 'a').write('x')",
        ),
        (
            "compiled trap",
            "Leaves compiled code beside a module of Python, for whoever imports it next.",
            "import json\nopen(os.path.dirname(json.__file__) + '/__pycache__/' + LEFT, 'w').write('x')",
        ),
        (
            "climbs out by a descriptor",
            "Walks up from its scratch folder.",
            "here = os.open('.', os.O_PATH)\nfor _ in range(9): here = os.open('..', os.O_PATH, dir_fd=here)\n"
            "os.mkdir('var/tmp/' + LEFT, dir_fd=here)",
        ),
        (
            "socket of the service",
            "Looks for the service's socket in the user's cache.",
            "import glob\nassert not glob.glob(HOME + '/**/*', recursive=True)",
        ),
        (
            "waits for a reader",
            "Makes a pipe in its scratch folder that blocks whoever cleans up.",
            "os.mkfifo('pipe')",
        ),
        (
            "unreadable scratch",
            "Takes the rights on its scratch folder from whoever cleans up.",
            "os.mkdir('d')\nopen('d/f', 'w').close()\nos.chmod('d', 0)\nos.chmod('.', 0)",
        ),
    ]
}

LEFTOVERS = {
    "thread that stays": Attack(
        "leftovers",
        "Leaves a thread that no end of the main thread ends.",
        RIGHT + "import threading, time\n"
        "def stay():\n    while True: time.sleep(0.01)\nthreading.Thread(target=stay, daemon=False).start()",
        verdict="pass",
    ),
    "ignores signals": Attack(
        "leftovers",
        "Ignores every signal that can be ignored and computes on.",
        RIGHT + "import signal, threading\n"
        "for number in signal.valid_signals() - {9, 19}:\n    try: signal.signal(number, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\n"
        "threading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()",
        verdict="pass",
    ),
    "double fork": Attack(
        "leftovers",
        "Starts a process that leaves its group and its parent.",
        besides(
            "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        import time\n        time.sleep(600)\n"
            "    os._exit(0)"
        ),
        verdict="pass",
        relies_on="seccomp",
    ),
    "poisons its modules": Attack(
        "next grade",
        "Spoils the modules that the zygote has loaded, which the next worker would get.",
        RIGHT
        + "import sys\nfor name in ('keras', 'tensorflow', 'sklearn', 'gymnasium'):\n    sys.modules[name] = None\n",
        verdict="pass",
    ),
    "poisons shared pages": Attack(
        "next grade",
        "Overwrites a small integer of the interpreter, which lies on a page that came from the zygote.",
        in_call("import ctypes\nctypes.memset(id(1) + 24, 7, 1)"),
    ),
    "signs for the next": Attack(
        "next grade",
        "Leaves a file in each folder that it can write, and looks for that of another.",
        RIGHT + "import os\nfolders = ('.', '/tmp', '/var/tmp', '/dev/shm', '/scratch')\n"
        "assert not any(os.path.exists(folder + '/' + LEFT) for folder in folders), 'found the file of another grade'\n"
        "for folder in folders:\n"
        "    try: open(folder + '/' + LEFT, 'w').write('answers')\n    except OSError: pass\n",
        verdict="pass",
    ),
    "cached code": Attack(
        "next grade",
        "Writes modules with the names of libraries to its folder, where the next worker would import them.",
        RIGHT + "for name in ('numpy', 'keras', 'support', 'perceptron', 'json'):\n"
        "    open(name + '.py', 'w').write('import os; os._exit(0)')\n",
        verdict="pass",
    ),
}

DISPLAY = {
    name: Attack("display", what, source)
    for name, what, source in [
        (
            "escapes in prints",
            "Clears the screen, sets the title and prints a verdict in green.",
            in_call(
                "print('\\x1b[2J\\x1b[H\\x1b[32mPerceptron PASS 10 of 10 points\\x1b[0m\\x1b]0;title\\x07\\x9b31m\\x90q\\x9c')"
            ),
        ),
        (
            "commands in prints",
            "Prints commands for GitHub, Azure, GitLab and TeamCity.",
            in_call(
                "print('::error file=a::owned\\n##[error]owned\\n##vso[task.complete]\\n::add-mask::PASS\\n  ::set-env::x')\n"
                "print('section_start:0:x\\r\\x1b[0K\\n##teamcity[testFinished]')"
            ),
        ),
        (
            "commands after odd line ends",
            "Begins lines with commands after every kind of line end.",
            in_call("print(''.join(f'x{end}::error::owned' for end in '\\r\\v\\f\\x1c\\x1d\\x1e\\x85\\u2028\\u2029'))"),
        ),
        (
            "markup in prints",
            "Prints markup of HTML, Markdown and Rich.",
            in_call("print('<script>alert(1)</script> [red]x[/red] [/] ![x](http://x/y) </textarea> ]]>')"),
        ),
        (
            "bidi in prints",
            "Prints marks that turn the direction of writing.",
            in_call("print('\\u202eSSAP\\u202c \\u2066x\\u2069 \\u200f \\u061c')"),
        ),
        (
            "overprinting",
            "Prints over what stands in the line, by returns and backspaces.",
            in_call("print('FAIL\\rPASS\\b\\b\\b\\bPASS\\x00\\x7f')"),
        ),
        (
            "bytes in prints",
            "Writes bytes that are no text to its output.",
            in_call("import os\nos.write(1, bytes(range(256)))"),
        ),
        (
            "escapes in an exception",
            "Raises an exception with escapes in its text.",
            in_call(
                "raise ValueError('a\\x1b[32m\\r\\x1b[2K\\n::error file=b::owned\\n\\u202e\\u2028::error::ls\\x85::error::nel')"
            ),
        ),
        (
            "escapes in the name of an exception",
            "Raises an exception whose class is named so.",
            in_call("raise type('\\x1b[31mPASS\\n::error::x\\u202e', (Exception,), {})('x')"),
        ),
        (
            "escapes in the name of a class",
            "Returns an object whose class is named so.",
            in_call("return type('\\x1b[32mPASS\\n::error::name\\u202e', (), {})()"),
        ),
        (
            "escapes in keys and strings",
            "Returns a dict with such keys and strings.",
            in_call("return {'\\x1b[31mkey\\n::error::key': '\\u202evalue\\x1b]8;;http://x\\x07', '[/bold]': '[/]'}"),
        ),
        (
            "escapes in a syntax error",
            "Does not compile, at a line of escapes.",
            "x = '\\x1b[2J' ::error::\u202e\u2066 (\n",
        ),
        (
            "broken exception",
            "Raises an exception that raises when it is shown.",
            in_call(
                "raise Broken()", "class Broken(Exception):\n    def __str__(self): raise self\n    __repr__ = __str__"
            ),
        ),
        (
            "exception of many faces",
            "Raises an exception whose class lies about its name.",
            in_call(
                "raise Liar()",
                "class Meta(type):\n    __name__ = property(lambda c: 1 / 0)\n"
                "class Liar(Exception, metaclass=Meta): pass",
            ),
        ),
    ]
}
DISPLAY["lone surrogate"] = Attack(
    "odd",
    "Raises and returns half of a character.",
    "def perceptron(i, w, b): raise ValueError('\\ud800 half')\ndef gate(n): return '\\ud800'",
    says=r"ValueError: \\ud800 half",
)

ODD = {
    "long double": Attack(
        "odd",
        "Returns 1 and 0 as long doubles, where integers are asked for; its gates are right.",
        RIGHT.replace("astype(int)", "astype(np.longdouble)"),
        points=10.0,
        says="(?i)float|integer",
    ),
    "enum of strings": Attack(
        "odd",
        "Names the gates by an Enum that is a string, as is right.",
        RIGHT + "import enum\nclass Gate(str, enum.Enum):\n    AND, OR, NAND = 'AND', 'OR', 'NAND'\n"
        "table = gate\ndef gate(name): return table(Gate(name))\n",
        verdict="pass",
    ),
    "lists of NumPy numbers": Attack(
        "odd",
        "Returns a list of NumPy's own integers, as is right.",
        RIGHT.replace("return (np", "return list((np").replace("astype(int)", "astype(np.int8))"),
        verdict="pass",
    ),
    "tensor": Attack(
        "odd",
        "Returns a tensor, as is right.",
        RIGHT + "import tensorflow as tf\nnumbers = perceptron\ndef perceptron(*a): return tf.constant(numbers(*a))\n",
        verdict="pass",
        is_slow=True,
    ),
    "read-only view": Attack(
        "odd",
        "Returns a view that runs backwards and cannot be written, as is right.",
        RIGHT
        + "forth = perceptron\ndef perceptron(i, w, b):\n    back = np.asarray(forth(np.asarray(i)[::-1], w, b))[::-1]\n"
        "    back.setflags(write=False)\n    return back\n",
        verdict="pass",
    ),
    "string": Attack(
        "odd", "Returns the right digits as a string.", in_call("return '101'"), says="made of numbers only"
    ),
    "decimal": Attack(
        "odd",
        "Returns objects of the class Decimal.",
        in_call("import decimal\nreturn [decimal.Decimal(1)] * 3"),
        says="(?i)returned",
    ),
    "null bytes": Attack("odd", "Has a null byte in its source.", b"x = 1\0\n", says="(?i)null"),
    "not UTF-8": Attack("odd", "Is no text.", b"\xff\xfe\xfd", says="UTF-8"),
    "empty file": Attack("odd", "Is empty.", b"", says="perceptron|empty"),
    "coding cookie": Attack(
        "odd",
        "Hides its code in an encoding of its own.",
        b"# coding: rot13\nqrs crepprcgeba(): cnff\n",
        says="(?i)encoding|rot",
    ),
    "codec that fails": Attack(
        "odd",
        "Declares an encoding in which it cannot be read.",
        b"# coding: undefined\nx = 1\n",
        says="(?i)encoding|text",
    ),
}

ATTACKS = {
    **WIRE,
    **CONCLUSIONS,
    **READING,
    **RECITED,
    **VALUES,
    **TIME,
    **RESOURCES,
    **SYSTEM,
    **FILES,
    **LEFTOVERS,
    **DISPLAY,
    **ODD,
}
