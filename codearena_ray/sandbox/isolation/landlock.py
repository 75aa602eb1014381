"""Landlock: which files a process may reach, by inode, from a point on and for good.

Rules bind to inodes: a file system mounted later is not covered. `stat` and `readlink` are not restricted.
What an ABI does not know is left out: truncation before 3, TCP before 4, devices before 5, signals and
abstract sockets before 6; other layers cover those.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Iterable

from codearena_ray.sandbox.isolation import kernel

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""The same numbers on every architecture."""
_VERSION_FLAG, _PATH_BENEATH = 1, 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = 1, 2, 4, 8, 16, 32
MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM = (
    64,
    128,
    256,
    512,
    1024,
    2048,
    4096,
)
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15

_READ = READ_FILE | READ_DIR
_WRITE = _READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE
_ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV


def version() -> int:
    """Return the kernel's Landlock ABI, 0 where there is none."""
    try:
        return kernel.call(_CREATE, None, 0, _VERSION_FLAG, what="landlock")
    except OSError as error:
        if error.errno in {errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM}:
            return 0
        raise


def _handled(abi: int) -> int:
    rights = (1 << 13) - 1
    if abi >= 2:
        rights |= REFER
    if abi >= 3:
        rights |= TRUNCATE
    if abi >= 5:
        rights |= IOCTL_DEV
    return rights


def ruleset(*, abi: int, read: Iterable[str] = (), write: Iterable[str] = ()) -> int:
    """Return a descriptor of rules that allow reading below `read` and changing files below `write`.

    Paths that this user cannot reach are left out.
    """
    handled = _handled(abi)
    attributes = struct.pack("<QQQ", handled, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    rules = kernel.call(_CREATE, attributes, size, 0, what="landlock ruleset")
    for paths, rights in ((read, _READ), (write, _WRITE)):
        for path in paths:
            _add(rules, path, rights & handled)
    return rules


def _add(rules: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        return
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            rights &= _ON_FILES
        kernel.call(_ADD, rules, _PATH_BENEATH, struct.pack("=Qi", rights, fd), 0, what=f"landlock {path}")
    finally:
        os.close(fd)


def restrict(rules: int) -> None:
    """Apply the rules to this thread and all that it starts. Needs no_new_privs."""
    kernel.call(_RESTRICT, rules, 0, what="landlock restrict")
