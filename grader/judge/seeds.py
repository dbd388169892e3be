"""Numbers that follow from the seed of a grade and do not lead back to it, for whatever a submission may see."""

from __future__ import annotations

import hashlib


def derive(seed: int, purpose: str) -> int:
    """Returns a number below 2^31 that is the same for the same seed and purpose (BLAKE2, RFC 7693, keyed with the seed).

    From the seed follow the inputs of all tests, so no worker is told it.

    Args:
        seed: the seed of a grade, below 2^64.
        purpose: tells apart numbers that must not be equal.
    """
    digest = hashlib.blake2b(purpose.encode(), key=seed.to_bytes(8, "big"), digest_size=4).digest()
    return int.from_bytes(digest, "big") >> 1
