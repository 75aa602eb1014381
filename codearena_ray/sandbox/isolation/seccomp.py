"""The system-call filter: classic BPF built from an allow-list, per architecture, without a library.

What is not listed fails with EPERM (ENOSYS for `clone3`, so that libc falls back to `clone`). Some calls are
allowed for some arguments only: `clone` starts threads but no processes, memory is never executable,
descriptors get no owner and no asynchronous signals, limits can be read but not set. A foreign
architecture kills.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from codearena_ray.sandbox.isolation import kernel
from codearena_ray.sandbox.isolation.syscalls import AUDIT_ARCH, numbers

_LOAD, _JEQ, _JGE, _JGT, _JSET, _RET = 0x20, 0x15, 0x35, 0x25, 0x45, 0x06
_AT_NUMBER, _AT_ARCH, _AT_ARGS = 0, 4, 16
ALLOW, KILL = 0x7FFF0000, 0x80000000
_ERRNO = 0x00050000
_X32_BIT = 0x40000000


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FILES = _names(
    "read write readv writev pread64 pwrite64 close fstat lseek poll ppoll select pselect6 dup dup2 "
    "dup3 getcwd fsync fdatasync ftruncate truncate rename renameat renameat2 unlink unlinkat mkdir "
    "mkdirat rmdir getdents64 openat open stat lstat newfstatat statx access faccessat faccessat2 "
    "pipe pipe2 chdir fchdir umask statfs fstatfs epoll_create epoll_create1 epoll_ctl epoll_wait "
    "epoll_pwait eventfd2 flock fadvise64 fallocate copy_file_range sendfile"
)
_PROCESS = _names(
    "munmap mremap madvise brk rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack rt_sigpending "
    "rt_sigtimedwait rt_sigsuspend sched_yield pause nanosleep clock_nanosleep getitimer setitimer "
    "alarm getpid gettid getppid uname gettimeofday getrlimit getrusage sysinfo times getuid getgid "
    "geteuid getegid getgroups getresuid getresgid getpgrp getpgid getsid getpriority futex "
    "futex_waitv sched_getaffinity getcpu set_tid_address restart_syscall clock_gettime clock_getres "
    "time exit exit_group set_robust_list get_robust_list getrandom rseq membarrier"
)
_METADATA = _names("chmod fchmod fchmodat utimensat futimesat utime utimes readlink readlinkat")

_THREAD_FLAGS = (0x003D0F00, 0x007D0F00)
"""The exact `clone` flags of glibc's and musl's `pthread_create`."""
_FCNTL = (0, 1, 2, 3, 5, 6, 7, 36, 37, 38, 1030)
"""F_DUPFD F_GETFD F_SETFD F_GETFL F_GETLK F_SETLK F_SETLKW, the OFD locks, F_DUPFD_CLOEXEC. Not F_SETOWN,
F_SETSIG, F_SETLEASE, F_NOTIFY, which make the kernel send signals."""
_F_SETFL, _O_ASYNC = 4, 0o20000
_IOCTL = (0x5450, 0x5451, 0x5421, 0x541B)
"""FIONCLEX FIOCLEX FIONBIO FIONREAD."""
_IOCTL_TTY = (0x5401, 0x5413)
"""TCGETS TIOCGWINSZ: answered ENOTTY, as for any descriptor that is no terminal."""
_PROT_EXEC = 4


@dataclass(frozen=True, slots=True)
class Rules:
    """How one profile's filter differs."""

    arch: str
    threads: bool = True
    """Whether a program may start threads: not where RLIMIT_NPROC counts other slots too."""
    metadata: bool = True
    """Whether it may change modes and times and read links: not where it shares files and a user id."""


class _Program:
    """Instructions under construction. Every rule leaves the accumulator holding the call number."""

    def __init__(self) -> None:
        self.code: list[tuple[int, int, int, int]] = []

    def emit(self, op: int, value: int, if_true: int = 0, if_false: int = 0) -> None:
        self.code.append((op, if_true, if_false, value))

    def deny(self, code: int = errno.EPERM) -> None:
        self.emit(_RET, _ERRNO | code)

    def when(self, number: int, body: _Program) -> None:
        """Run `body`, which must return on every path, for one call."""
        self.emit(_JEQ, number, 0, len(body.code))
        self.code += body.code

    def allow(self, numbers: Iterable[int]) -> None:
        """Allow these calls, as ranges."""
        for low, high in _ranges(sorted(set(numbers))):
            if low == high:
                self.emit(_JEQ, low, 0, 1)
            else:
                self.emit(_JGE, low, 0, 2)
                self.emit(_JGT, high, 1, 0)
            self.emit(_RET, ALLOW)

    def packed(self) -> bytes:
        return b"".join(struct.pack("<HBBI", *instruction) for instruction in self.code)


def _ranges(ordered: list[int]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    for number in ordered:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges


def _argument(index: int) -> _Program:
    """Start a body with the low word of an argument loaded."""
    body = _Program()
    body.emit(_LOAD, _AT_ARGS + 8 * index)
    return body


def _one_of(index: int, values: Iterable[int]) -> _Program:
    """Return a body that allows a call when an argument is one of `values`."""
    body = _argument(index)
    body.allow(values)
    body.deny()
    return body


def _fcntl() -> _Program:
    body = _argument(1)
    body.allow(_FCNTL)
    body.emit(_JEQ, _F_SETFL, 1, 0)
    body.deny()
    body.emit(_LOAD, _AT_ARGS + 16)
    body.emit(_JSET, _O_ASYNC, 0, 1)
    body.deny()
    body.emit(_RET, ALLOW)
    return body


def _ioctl() -> _Program:
    body = _argument(1)
    body.allow(_IOCTL)
    for request in _IOCTL_TTY:
        body.emit(_JEQ, request, 0, 1)
        body.deny(errno.ENOTTY)
    body.deny()
    return body


def _not_executable() -> _Program:
    body = _argument(2)
    body.emit(_JSET, _PROT_EXEC, 0, 1)
    body.deny(errno.EACCES)
    body.emit(_RET, ALLOW)
    return body


def _read_limits() -> _Program:
    body = _argument(2)
    body.emit(_JEQ, 0, 1, 0)
    body.deny()
    body.emit(_LOAD, _AT_ARGS + 20)
    body.emit(_JEQ, 0, 1, 0)
    body.deny()
    body.emit(_RET, ALLOW)
    return body


def _never(code: int) -> _Program:
    body = _Program()
    body.deny(code)
    return body


def build(rules: Rules) -> bytes:
    """Return the filter as packed `sock_filter` instructions.

    Raises:
        KeyError: the architecture has no table.
    """
    table = numbers(rules.arch)
    program = _Program()
    program.emit(_LOAD, _AT_ARCH)
    program.emit(_JEQ, AUDIT_ARCH[rules.arch], 1, 0)
    program.emit(_RET, KILL)
    program.emit(_LOAD, _AT_NUMBER)
    if rules.arch == "x86_64":
        program.emit(_JGE, _X32_BIT, 0, 1)
        program.emit(_RET, KILL)
    program.when(table["clone3"], _never(errno.ENOSYS))
    program.when(table["clone"], _one_of(0, _THREAD_FLAGS) if rules.threads else _never(errno.EAGAIN))
    program.when(table["fcntl"], _fcntl())
    program.when(table["ioctl"], _ioctl())
    program.when(table["mmap"], _not_executable())
    program.when(table["mprotect"], _not_executable())
    program.when(table["prlimit64"], _read_limits())
    names = _FILES + _PROCESS + (_METADATA if rules.metadata else ())
    program.allow(table[name] for name in names if name in table)
    program.deny()
    return program.packed()


class Filter:
    """A filter ready to be loaded, built once per zygote."""

    def __init__(self, rules: Rules) -> None:
        code = build(rules)
        self._code = ctypes.create_string_buffer(code, len(code))
        header = struct.pack("@HP", len(code) // 8, ctypes.addressof(self._code))
        self._header = ctypes.create_string_buffer(header, len(header))
        self._number = numbers(rules.arch)["seccomp"]

    def load(self) -> None:
        """Put this thread, and all that it starts, behind the filter for good. Needs no_new_privs."""
        kernel.call(self._number, 1, 0, self._header, what="seccomp")
