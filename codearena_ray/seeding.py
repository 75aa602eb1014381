"""Child seeds by name: the same root and names give the same seed on every machine and in every process.

There is no global random state in the project. A component receives or derives a seed and owns its `Random`.
"""

from __future__ import annotations

import hashlib
import random


def child_seed(root: int, *names: str | int) -> int:
    """Return a 63-bit seed that depends on `root` and on the sequence of names alone.

    Args:
        root: The parent seed.
        *names: The path of the child, e.g. `("episode", group_id, 3)`. Strings and integers never collide.
    """
    digest = hashlib.sha256(str(root).encode())
    for name in names:
        digest.update(b"\x00" + (b"i" if isinstance(name, int) else b"s") + str(name).encode())
    return int.from_bytes(digest.digest()[:8], "big") >> 1


def child_rng(root: int, *names: str | int) -> random.Random:
    """Return a `Random` seeded with `child_seed(root, *names)`."""
    return random.Random(child_seed(root, *names))
