"""Puts the layers of a profile around a zygote once, and around each of its children.

| layer | root | user | shared |
|---|---|---|---|
| user id | the slot's own | one, mapped | shared with other slots unless root gives one |
| namespaces (mount, net, ipc, uts, pid) | per slot; pid per execution | same, below a user namespace | none |
| root directory | library, three devices, work folder | same | the host's, through Landlock |
| Landlock | if the kernel has it | if the kernel has it | required |
| seccomp, rlimits, no_new_privs, parent-death signal | yes | yes | yes, without threads |

Not defended: what the kernel itself gets wrong; the time that calls take; under `shared` the existence and
size of files that the user id may `stat`, and disk space beyond the limit per file.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass

from codearena_ray.sandbox.isolation import kernel, landlock, namespaces, rlimits
from codearena_ray.sandbox.isolation.seccomp import Filter, Rules
from codearena_ray.sandbox.isolation.syscalls import machine


@dataclass(frozen=True, slots=True)
class Plan:
    """What the supervisor decided for one slot; travels to the zygote as a dict."""

    profile: str
    """`root`, `user` or `shared`."""
    landlock_abi: int
    """0: without Landlock."""
    uid: int
    """User and group id to run programs as; 0: as who the zygote is."""
    folder: str
    """Under `shared`: the slot's folder on the host; elsewhere empty."""


class Confinement:
    """The layers of one zygote. `settle` runs once, `enter` in every child."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._spaces = plan.profile in {"root", "user"}
        self._filter = Filter(Rules(machine(), threads=self._spaces, metadata=self._spaces))
        self._own_pids = -1
        self._read = [namespaces.library(), namespaces.ZONES, "/dev/null", "/dev/zero", "/dev/urandom"]
        self._work = namespaces.WORK if self._spaces else plan.folder
        self._empty = namespaces.EMPTY if self._spaces else f"{plan.folder}/empty"
        self._rules = -1
        """Landlock rules of a child without a writable folder, the same for all."""
        self._made = 0

    def settle(self) -> None:
        """Confine the zygote itself. Returns in the process that goes on; the one before waits for it."""
        os.chdir(namespaces.library())
        if self.plan.profile != "root" and self.plan.uid:
            take_user_id(self.plan.uid)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        if self._spaces:
            namespaces.leave(user=self.plan.profile == "user")
            _go_on_in_child()
            namespaces.enter()
            self._own_pids = os.pidfd_open(os.getpid())
        else:
            os.chdir("/")
        if self.plan.landlock_abi:
            self._rules = landlock.ruleset(abi=self.plan.landlock_abi, read=[*self._read, self._empty])

    def make_folder(self) -> str:
        """Return a new writable folder for one execution."""
        self._made += 1
        path = f"{self._work}/{self._made}"
        os.mkdir(path, 0o700)
        if self.plan.profile == "root":
            os.chown(path, self.plan.uid, self.plan.uid)
        return path

    def fork(self) -> int:
        """Fork one child, with namespaces as the first process of its own tree; returns as `os.fork`."""
        if not self._spaces:
            return os.fork()
        kernel.unshare(kernel.CLONE_NEWPID)
        pid = os.fork()
        if pid:
            kernel.setns(self._own_pids, kernel.CLONE_NEWPID)
        return pid

    def enter(self, *, folder: str, memory_bytes: int, cpu_s: float) -> None:
        """Confine this child for good.

        Args:
            folder: Its writable folder; empty: none.
            memory_bytes: Limit of the address space, that of the zygote included.
            cpu_s: Limit of CPU time.
        """
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        os.chdir(folder or self._empty)
        if self.plan.landlock_abi:
            rules = self._rules
            if folder:
                rules = landlock.ruleset(abi=self.plan.landlock_abi, read=self._read, write=[folder])
            landlock.restrict(rules)
        os.closerange(4, 1 << 16)
        if self.plan.profile == "root":
            take_user_id(self.plan.uid)
        elif self.plan.profile == "user":
            kernel.drop_capabilities()
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        rlimits.apply(rlimits.pairs(memory_bytes=memory_bytes, cpu_s=cpu_s, threads=self._spaces))
        self._filter.load()


def take_user_id(uid: int) -> None:
    """Take a user id with a group of the same number, for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)


def _go_on_in_child() -> None:
    """Fork into the new process tree. The parent waits for it and never returns; the two die together."""
    pid = os.fork()
    if pid == 0:
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        return
    os.closerange(0, 1 << 16)
    _, status = os.waitpid(pid, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def remove_tree(path: str) -> None:
    """Remove a folder that a program filled, however deep or odd. The program must be dead.

    Deep folders are moved up one level at a time, so that neither recursion nor path length is bounded by
    what a program nested.
    """
    top = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    moved = 0
    try:
        while names := os.listdir(top):
            for name in names:
                if _unlink(name, top):
                    continue
                inner = _open_folder(name, top)
                try:
                    for child in os.listdir(inner):
                        if not _unlink(child, inner):
                            moved += 1
                            os.rename(child, f"..{moved}", src_dir_fd=inner, dst_dir_fd=top)
                finally:
                    os.close(inner)
                os.rmdir(name, dir_fd=top)
    finally:
        os.close(top)
    os.rmdir(path)


def _unlink(name: str, folder: int) -> bool:
    try:
        os.unlink(name, dir_fd=folder)
    except (IsADirectoryError, PermissionError):
        return False
    return True


def _open_folder(name: str, folder: int) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    try:
        return os.open(name, flags, dir_fd=folder)
    except PermissionError:
        os.chmod(name, 0o700, dir_fd=folder)
        return os.open(name, flags, dir_fd=folder)
