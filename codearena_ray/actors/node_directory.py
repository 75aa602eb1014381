"""A run's directory on one node, in memory where the machine allows, that outlives nobody who uses it.

Everything that engines and learners put down for each other lives in it: weight files, sockets. Each user
holds a shared lock; the last one to close removes the directory, and opening any one sweeps those of dead
runs (a process killed with SIGKILL cleans nothing, but its lock is gone). Locks work across containers that
share the file system, process ids do not.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

PREFIX = "codearena-"
_LOCK = ".lock"
_LEAVING_S = 3.0
_ADOPTED = "adopted"


def default_root() -> Path:
    """Return /dev/shm where it can be written, otherwise the directory for temporary files."""
    shm = Path("/dev/shm")
    return shm if shm.is_dir() and os.access(shm, os.W_OK) else Path(tempfile.gettempdir())


class NodeDirectory:
    """An open node directory with folders for weight files, short-named sockets and temporary files.

    Args:
        name: The same on all processes and nodes of a run; letters, digits, dots and dashes.
        root: Where it lies; by default `default_root()`.
    """

    def __init__(self, name: str, *, root: str | Path | None = None) -> None:
        if not re.fullmatch(r"[A-Za-z0-9.-]{1,40}", name):
            raise ValueError(f"a node directory's name has 1 to 40 letters, digits, dots, dashes: {name!r}")
        self.root = Path(root) if root is not None else default_root()
        self.name = name
        self.path = self.root / (PREFIX + name)
        sweep(self.root)
        self._lock = self._open()
        self.weights = self.path / "weights"
        self.sockets = self.path / "ipc"
        self.temporary = self.path / "tmp"
        self._count = itertools.count()
        for folder in (self.weights, self.sockets, self.temporary):
            folder.mkdir(exist_ok=True)

    def _open(self) -> int:
        """Create the directory and lock it, again if a sweep removed it in between."""
        while True:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = self.path / _LOCK
            try:
                fd = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except FileNotFoundError:
                continue
            fcntl.flock(fd, fcntl.LOCK_SH)
            try:
                if lock.stat().st_ino == os.fstat(fd).st_ino:
                    return fd
            except FileNotFoundError:
                pass
            os.close(fd)

    def adopt(self, paths: Iterable[str]) -> None:
        """Have files elsewhere, made by others who would leave them behind, removed with this directory."""
        lines = [f"{os.stat(path).st_ino} {path}" for path in paths if os.path.exists(path)]
        folder = self.path / _ADOPTED
        folder.mkdir(exist_ok=True)
        (folder / f"{os.getpid()}-{next(self._count)}").write_text("\n".join(lines))

    def close(self) -> None:
        """Let go; the last user removes the directory. Closing twice is fine."""
        if self._lock < 0:
            return
        fd, self._lock = self._lock, -1
        try:
            if _alone(fd):
                _remove(self.path)
        finally:
            os.close(fd)


def _alone(fd: int) -> bool:
    """Tell whether nobody else uses the directory; processes just killed get a moment to be gone."""
    deadline = time.monotonic() + _LEAVING_S
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False  # someone else still uses it and will remove it
            time.sleep(0.05)


def sweep(root: Path) -> list[Path]:
    """Remove the directories of runs that no process uses any more, and return them."""
    removed = []
    for path in root.glob(PREFIX + "*"):
        try:
            fd = os.open(path / _LOCK, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            continue  # being created, or another user's
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(path)
            removed.append(path)
        except BlockingIOError:
            continue  # in use
        finally:
            os.close(fd)
    return removed


def _remove(directory: Path) -> None:
    """Remove a directory that nobody uses, adopted files first."""
    for record in (directory / _ADOPTED).glob("*"):
        for line in record.read_text().splitlines():
            inode, _, path = line.partition(" ")
            try:
                if os.stat(path).st_ino == int(inode):
                    os.unlink(path)
            except FileNotFoundError:
                continue
    shutil.rmtree(directory, ignore_errors=True)
