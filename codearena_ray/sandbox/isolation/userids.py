"""User ids for slots, each held by at most one slot of this machine, across every run on it.

An id is held by a file lock, so that it becomes free when its holder dies, however it dies.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from codearena_ray.errors import SandboxError

FIRST, LAST = 64_100, 65_099
_FOLDERS = ("/run", "/var/run", "/tmp")


def _folder() -> Path:
    """Return the folder of the locks, writable by root alone.

    Raises:
        SandboxError: somebody else owns it.
    """
    base = next(folder for folder in _FOLDERS if os.access(folder, os.W_OK))
    folder = Path(base) / "codearena-ray-uids"
    folder.mkdir(mode=0o700, exist_ok=True)
    seen = folder.lstat()
    if folder.is_symlink() or seen.st_uid != os.geteuid() or seen.st_mode & 0o077:
        raise SandboxError(f"{folder} must be a folder of user {os.geteuid()} with mode 700")
    return folder


class UserId:
    """One held id.

    Raises:
        SandboxError: all are held.
    """

    def __init__(self) -> None:
        folder = _folder()
        for number in range(FIRST, LAST + 1):
            fd = os.open(folder / str(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(fd)
                continue
            self.number = number
            self._fd = fd
            return
        raise SandboxError(f"all user ids from {FIRST} to {LAST} are in use by sandbox slots")

    def release(self) -> None:
        """Let others have it. Idempotent."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
