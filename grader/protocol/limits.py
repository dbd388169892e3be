"""How long a worker may take to appear, and what a kata allows it to use, with defaults that suit a function kata."""

from __future__ import annotations

from typing import Final

import msgspec

FIRST_START_SECONDS: Final = 180.0
"""How long a worker may take to appear while its zygote imports TensorFlow."""

START_SECONDS: Final = 20.0
"""How long it may take later; a zygote that needs longer hangs."""


WALL_FACTOR: Final = 6
"""How many times a limit of own time may pass in wall-clock time before a grade is given up as nobody's fault."""


SCRATCH_BYTES: Final = 64 * 2**20
SCRATCH_FILES: Final = 4096
"""What one worker may write, whichever layer enforces it."""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Limits of one grade; the `[limits]` table of a kata.toml."""

    call_seconds: float = 10.0
    """Own time of one worker between a call and its result: what it computes and what it sleeps, but not what it waits for."""

    wall_seconds: float = 60.0
    """Own time of the submission in all tests together."""

    cpu_seconds: float = 120.0
    """CPU time of one worker, over all its threads."""

    memory_mb: int = 2048
    """Private writable memory of one worker, in MiB."""

    threads: int = 1024
    """Threads of one worker; a worker is always a single process."""

    output_kb: int = 1024
    """What one worker may print, in KiB, before it is stopped."""

    reply_mb: int = 64
    """Arrays in one returned value, in MiB."""
