"""Shared memory that processes below this one make while they start, found so that somebody removes it.

`multiprocessing` unlinks its queues and semaphores from a helper process, which is killed together with
those it helps. Files are found by what processes have mapped and told to the node directory, which removes
them when the run is over.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

import psutil

from codearena_ray.actors.node_directory import NodeDirectory

_LOOK_S = 0.5
_NAMES = ("psm_*", "sem.mp-*")
"""What `multiprocessing` calls its files; Ray's objects have other names."""


class SharedMemoryWatch:
    """While open, tells a node directory of what this process and those below it map.

    Args:
        node: Adopts the files.
    """

    def __init__(self, node: NodeDirectory) -> None:
        self._node = node
        self._told: set[str] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="SharedMemoryWatch", daemon=True)

    def __enter__(self) -> SharedMemoryWatch:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._over.wait(_LOOK_S):
            self._look()

    def _look(self) -> None:
        me = psutil.Process()
        new = mapped_files([me.pid, *(process.pid for process in me.children(recursive=True))]) - self._told
        if new:
            self._node.adopt(new)
            self._told |= new


def mapped_files(pids: Iterable[int], *, root: Path = Path("/dev/shm")) -> set[str]:
    """Return the queues and semaphores of `multiprocessing` that processes have mapped.

    By inode, because a semaphore is mapped under a temporary name that it no longer has.
    """
    mapped: set[int] = set()
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
        except OSError:
            continue  # it has ended
        mapped.update(int(line.split()[4]) for line in lines if f"{root}/" in line)
    found = set()
    for path in (path for pattern in _NAMES for path in root.glob(pattern)):
        try:
            if path.stat().st_ino in mapped:
                found.add(str(path))
        except FileNotFoundError:
            continue
    return found
