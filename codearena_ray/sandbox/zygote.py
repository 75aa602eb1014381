"""A small, clean process that forks one isolated child per execution. It runs no code of a program or a pack.

It exists because forking a large process is slow and copies its secrets: a zygote is exec'd with an empty
environment, loads what programs usually import, confines itself, freezes its heap and forks on request. It
leaves when its control socket closes, so that a supervisor that was killed leaves nothing behind.
"""

from __future__ import annotations

import array
import gc
import marshal
import os
import random
import resource
import signal
import socket
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from codearena_ray.sandbox import processes, requests, runner, world
from codearena_ray.sandbox.isolation import namespaces
from codearena_ray.sandbox.isolation.confine import Confinement, Plan, remove_tree


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PRELOAD = _names(
    "abc array base64 binascii bisect calendar cmath collections.abc contextlib copy csv dataclasses "
    "datetime decimal enum fractions functools hashlib heapq html io itertools json keyword linecache "
    "math numbers operator os queue random re secrets select shlex sqlite3 stat statistics string "
    "struct subprocess tempfile textwrap threading time traceback types typing unicodedata "
    "urllib.parse uuid zlib zoneinfo"
)
"""What programs commonly import. More would cost every fork: the kernel copies and drops each page."""

EXTENSIONS = _names(
    "_asyncio _bz2 _elementtree _lzma _pickle _socket fcntl grp mmap pyexpat resource termios"
)
"""Extension modules below what is imported on demand: none can be loaded later, see `seccomp`."""

UNREACHABLE = _names(
    "argparse ast asyncio concurrent.futures difflib graphlib hmac html.parser inspect ipaddress "
    "logging pathlib pickle platform pprint timeit tokenize unittest urllib.request "
    "xml.etree.ElementTree zipfile"
)
"""Loaded as well where the slot's user cannot read the library, so that nothing can be loaded later."""

_FIRST_FREE_FD = 10
"""Descriptors below are left to what a child inherits."""


class _Zygote:
    """The child in hand and how it is made and ended."""

    def __init__(self, control: socket.socket, plan: Plan) -> None:
        self.control = control
        self.confinement = Confinement(plan)
        self.baseline_bytes = 0
        self.child = 0
        self.folder = ""

    def open(self, order: dict[str, Any], fds: array.array[int]) -> None:
        """Fork a child for an order; answers with a descriptor of its folder if it has one."""
        channel, output = fds
        self.end()
        self.clear()
        self.folder = self.confinement.make_folder() if order["writable"] else ""
        self.child = self.confinement.fork()
        if self.child == 0:
            self.become_child(order, channel, output)
        os.close(channel)
        os.close(output)
        ancillary = []
        if self.folder:
            folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [folder]))]
        self.control.sendmsg([marshal.dumps({"opened": True})], ancillary)
        for _, _, sent in ancillary:
            os.close(sent[0])

    def become_child(self, order: dict[str, Any], channel: int, output: int) -> NoReturn:
        """Be one execution: descriptors, layers, then the program. Leaves by `_exit` whatever happens."""
        try:
            null = os.open("/dev/null", os.O_RDWR)
            os.dup2(null, 0)
            os.dup2(output, 1)
            os.dup2(null, 2)
            os.dup2(channel, runner.CHANNEL_FD)
            self.confinement.enter(
                folder=self.folder,
                memory_bytes=order["memory_bytes"] + self.baseline_bytes,
                cpu_s=order["cpu_s"],
            )
            os.write(runner.CHANNEL_FD, requests.HELLO)
        except BaseException as error:
            os.write(runner.CHANNEL_FD, requests.FAILED + f"{type(error).__name__}: {error}"[:500].encode())
            os._exit(1)
        try:
            runner.serve()
        except MemoryError:
            os._exit(requests.MEMORY_EXIT)
        finally:
            os._exit(1)

    def end(self) -> tuple[int, int, float, int]:
        """Kill the child; returns exit code, signal, CPU seconds and peak resident bytes."""
        if not self.child:
            return 0, 0, 0.0, 0
        os.kill(self.child, signal.SIGKILL)
        _, status, usage = os.wait4(self.child, 0)
        self.child = 0
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        return code, number, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10

    def clear(self) -> None:
        """Remove what the last child left on disk."""
        if self.folder:
            remove_tree(self.folder)
            self.folder = ""

    def serve(self) -> None:
        """Carry out orders until the control socket closes."""
        while True:
            message, ancillary, _, _ = self.control.recvmsg(1 << 16, socket.CMSG_SPACE(2 * 4))
            if not message:
                return
            order = marshal.loads(message)
            if order["do"] == "open":
                self.open(order, array.array("i", ancillary[0][2]))
            elif order["do"] == "end":
                self.control.send(marshal.dumps({"ended": self.end()}))
            else:
                self.end()
                self.clear()


def _own_descriptors(control_fd: int) -> socket.socket:
    """Move the control socket out of the way of the descriptors that children inherit."""
    control = socket.socket(fileno=os.dup(control_fd))
    while control.fileno() < _FIRST_FREE_FD:
        control = socket.socket(fileno=os.dup(control.detach()))
    os.closerange(3, control.fileno())
    for fd in range(3, _FIRST_FREE_FD):
        os.dup2(0, fd, inheritable=False)
    control.set_inheritable(False)
    return control


def _load(plan: Plan) -> None:
    """Import what children need, without the work that some modules do after each fork.

    `threading` would renew locks that nobody holds here, `random` would seed itself: with a seed set once,
    equal programs draw equal numbers.
    """
    register = os.register_at_fork
    try:
        os.register_at_fork = lambda **_hooks: None
        for name in PRELOAD + EXTENSIONS:
            import_module(name)
        if plan.profile == "shared" and plan.uid and not _world_can_enter(namespaces.library()):
            for name in UNREACHABLE:
                import_module(name)
    finally:
        os.register_at_fork = register
    random.seed(0)
    os.environ.clear()
    os.environ.update(world.ENVIRONMENT)


def _world_can_enter(folder: str) -> bool:
    parents = [Path(folder), *Path(folder).parents]
    return all(parent.stat().st_mode & 0o001 for parent in parents)


def main(control_fd: int) -> None:
    """Confine this process as the first message says, report, and serve."""
    control = _own_descriptors(control_fd)
    plan = Plan(**marshal.loads(control.recv(1 << 16)))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _load(plan)
    processes.install()
    try:
        zygote = _Zygote(control, plan)
        with open("/proc/self/statm", "rb") as file:
            zygote.baseline_bytes = int(file.read().split()[0]) * resource.getpagesize()
        zygote.confinement.settle()
    except OSError as error:
        control.send(marshal.dumps({"failed": str(error)}))
        return
    runner.warm_up()
    gc.collect()
    gc.freeze()
    control.send(marshal.dumps({"ready": True}))
    zygote.serve()
    zygote.end()
    zygote.clear()
