"""The few system calls that Python has no function for. Linux only; errors are `OSError`.

This module also runs in zygotes and children, before they drop what they could misuse.
"""

from __future__ import annotations

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
MNT_DETACH = 2


def call(number: int, *args: int | bytes | ctypes.Array[ctypes.c_char] | None, what: str) -> int:
    """Return the result of a raw system call.

    Raises:
        OSError: the call failed; the message starts with `what`.
    """
    wide = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    result: int = _libc.syscall(ctypes.c_long(number), *wide)
    if result < 0:
        _fail(what)
    return result


def _fail(what: str) -> None:
    code = ctypes.get_errno()
    raise OSError(code, f"{what}: {os.strerror(code)}")


def prctl(option: int, value: int) -> None:
    """Set one process attribute."""
    if _libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) < 0:
        _fail(f"prctl({option})")


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags`."""
    if _libc.unshare(flags) < 0:
        _fail(f"unshare({flags:#x})")


def setns(fd: int, kind: int) -> None:
    """Join a namespace."""
    if _libc.setns(fd, kind) < 0:
        _fail("setns")


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """Mount a file system, or change a mount."""
    texts = [None if text is None else text.encode() for text in (source, target, kind, data)]
    if _libc.mount(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3]) < 0:
        _fail(f"mount {target}")


def detach(target: str) -> None:
    """Unmount a tree as soon as nobody uses it."""
    if _libc.umount2(target.encode(), MNT_DETACH) < 0:
        _fail(f"umount {target}")


def drop_capabilities() -> None:
    """Give up every capability, in a user namespace that granted them all."""
    header = (0x20080522).to_bytes(4, "little") + bytes(4)
    if _libc.capset(header, bytes(24)) < 0:
        _fail("capset")
