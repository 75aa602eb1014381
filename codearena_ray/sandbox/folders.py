"""A slot's folder on the host, where no namespace hides it; folders of dead supervisors are removed.

Each folder holds a lock file that its supervisor keeps locked. Whoever can lock it may remove the folder.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from pathlib import Path

from codearena_ray.sandbox.isolation.confine import remove_tree

_PREFIX = "codearena-slot-"
_LOCK = ".lock"
_UNLOCKED_GRACE_S = 60.0


class SlotFolder:
    """A fresh folder with an `empty` one inside.

    Args:
        uid: Its owner; 0: this user.
    """

    def __init__(self, uid: int) -> None:
        sweep()
        self.path = tempfile.mkdtemp(prefix=_PREFIX)
        self._fd = os.open(f"{self.path}/{_LOCK}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        os.mkdir(f"{self.path}/empty", 0o555)
        if uid:
            os.chown(self.path, uid, uid)
            os.chown(f"{self.path}/empty", uid, uid)

    def close(self) -> None:
        """Remove it with all that is inside. Idempotent."""
        if self._fd >= 0:
            remove_tree(self.path)
            os.close(self._fd)
            self._fd = -1


def sweep() -> None:
    """Remove the folders of supervisors that died."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            if _is_abandoned(path):
                remove_tree(str(path))
        except (FileNotFoundError, PermissionError):
            continue


def _is_abandoned(folder: Path) -> bool:
    if folder.lstat().st_uid != os.geteuid() and os.geteuid() != 0:
        return False
    try:
        fd = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return time.time() - folder.lstat().st_mtime > _UNLOCKED_GRACE_S
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(fd)
    return True
