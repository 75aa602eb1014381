"""Reads what a dead program left in its folder, without following a link and never more than a limit."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass

MAX_FILE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something is there, but not a small UTF-8 text file. Equal to no content."""

    reason: str
    """`link`, `not a file`, `too large`, `not utf-8` or `refused`."""


Content = str | Unreadable | None
"""Text, something else, or nothing by that name."""

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read_file(folder: int, path: str) -> Content:
    """Return what lies at a relative path below a folder's descriptor. The program must be dead.

    Raises:
        ValueError: the path is absolute or leaves the folder.
    """
    check_path(path)
    *parents, name = path.split("/")
    at = os.dup(folder)
    try:
        for part in parents:
            inner = os.open(part, _FLAGS | os.O_DIRECTORY, dir_fd=at)
            os.close(at)
            at = inner
        return _read(at, name)
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        return Unreadable("link")
    except OSError:
        return Unreadable("refused")
    finally:
        os.close(at)


def _read(folder: int, name: str) -> Content:
    mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        return Unreadable("link")
    if not stat.S_ISREG(mode):
        return Unreadable("not a file")
    fd = os.open(name, _FLAGS, dir_fd=folder)
    with open(fd, "rb") as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        return Unreadable("too large")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return Unreadable("not utf-8")


def check_path(path: str) -> None:
    """Refuse a path that a fixture or an effect may not name.

    Raises:
        ValueError: it is empty, absolute, has a null or an empty, `.` or `..` part.
    """
    if "\x00" in path or any(part in {"", ".", ".."} for part in path.split("/")):
        raise ValueError(f"not a plain relative path: {path!r}")
