"""Resource limits of one child. They bound what a program can use; they are no isolation."""

from __future__ import annotations

import math
import resource

FILE_BYTES = 16 << 20
OPEN_FILES = 64
THREADS = 64


def pairs(*, memory_bytes: int, cpu_s: float, threads: bool) -> list[tuple[int, int]]:
    """Return the limits to set, as `resource` constants with values.

    Args:
        memory_bytes: Address space, that of the zygote included.
        cpu_s: The supervisor enforces it to the millisecond; here is the net below it, in whole seconds.
        threads: Whether to bound the number of threads of the user id; only where it is the slot's own.
    """
    limits = [
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, math.ceil(cpu_s) + 1),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_SIGPENDING, 64),
    ]
    return [*limits, (resource.RLIMIT_NPROC, THREADS)] if threads else limits


def apply(limits: list[tuple[int, int]]) -> None:
    """Set soft and hard limits for good."""
    for which, value in limits:
        resource.setrlimit(which, (value, value))
