"""A slot: one place where one program at a time runs, kept warm by a zygote per hash seed."""

from __future__ import annotations

import array
import marshal
import os
import select
import socket
import struct
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from codearena_ray.errors import SandboxError, TaskError
from codearena_ray.sandbox import requests
from codearena_ray.sandbox.folders import SlotFolder
from codearena_ray.sandbox.isolation.confine import Plan
from codearena_ray.sandbox.isolation.detect import Isolation
from codearena_ray.sandbox.isolation.userids import UserId
from codearena_ray.sandbox.line import Line
from codearena_ray.sandbox.observe import check_path
from codearena_ray.sandbox.session import Child, Ended, Session
from codearena_ray.sandbox.wire import Bounds
from codearena_ray.types import Fixture, Limits

_START_S = 30.0
_ANSWER_S = 30.0
"""Longer than any program can make the removal of its files take."""
_STOP_S = 2.0
_MAX_ZYGOTES = 3
_CREDENTIALS = struct.Struct("3i")
_BOOT = Path(__file__).with_name("boot.py")


class Slot:
    """Runs one session at a time; not thread-safe (see `SlotPool`).

    Args:
        isolation: What `detect_isolation` found.
        index: Number of the slot in its pool, for messages.

    Raises:
        SandboxError: the zygote did not start.
    """

    def __init__(self, isolation: Isolation, index: int = 0) -> None:
        self.isolation = isolation
        self.index = index
        self._session: Session | None = None
        self._zygotes: dict[int, _Zygote] = {}
        self._zygote(0)

    def open(
        self,
        code: str,
        *,
        limits: Limits,
        fixture: Fixture | None = None,
        hash_seed: int = 0,
        bounds: Bounds | None = None,
    ) -> Session:
        """Return a session with `code` loaded in a fresh child; look at `.loaded` for how that went.

        A session that is still open on this slot is finished first.

        Args:
            code: Source of the program (or of task code). Runs as a module, not as `__main__`.
            limits: CPU seconds, wall seconds, memory and output of this child.
            fixture: The world it finds. None: no environment, no input, and a working directory that
                cannot be written. `Fixture()` gives an empty writable directory.
            hash_seed: `PYTHONHASHSEED` of the child. Each distinct value costs a zygote; use few.
            bounds: Of one reply; by default 4 MiB, 250,000 values, depth 100, 4 KiB an integer.

        Raises:
            TaskError: the fixture is wrong.
            SandboxError: the zygote died or did not answer; close this slot and make another.
        """
        if self._session is not None:
            self._session.finish()
        for path in fixture.files if fixture else ():
            try:
                check_path(path)
            except ValueError as error:
                raise TaskError(f"fixture.files: {error}") from error
        zygote = self._zygote(hash_seed)
        child = zygote.fork(limits, writable=fixture is not None, bounds=bounds or Bounds())
        self._session = Session(child, limits=limits, fixture=fixture)
        self._session.load(code)
        return self._session

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of its zygotes; everything that runs in the slot dies with them."""
        return tuple(zygote.process.pid for zygote in self._zygotes.values())

    def close(self) -> None:
        """End every process of the slot and remove its files. Idempotent."""
        for zygote in self._zygotes.values():
            zygote.close()
        self._zygotes.clear()

    def __enter__(self) -> Slot:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _zygote(self, hash_seed: int) -> _Zygote:
        zygote = self._zygotes.pop(hash_seed, None)
        if zygote is None:
            while len(self._zygotes) >= _MAX_ZYGOTES:
                self._zygotes.pop(next(iter(self._zygotes))).close()
            zygote = _Zygote(self.isolation, hash_seed)
        self._zygotes[hash_seed] = zygote
        return zygote


class _Zygote:
    """The supervisor's end of one zygote process."""

    def __init__(self, isolation: Isolation, hash_seed: int) -> None:
        self.isolation = isolation
        needs_uid = os.geteuid() == 0
        self.uid = UserId() if needs_uid else None
        number = self.uid.number if self.uid else 0
        self.folder = SlotFolder(number) if isolation.profile == "shared" else None
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [isolation.python, "-s", "-P", "-S", "-B", str(_BOOT), str(theirs.fileno())]
            self.process = subprocess.Popen(
                command,
                env={"PYTHONHASHSEED": str(hash_seed), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
                cwd="/",
            )
        plan = Plan(
            isolation.profile, isolation.landlock_abi, number, self.folder.path if self.folder else ""
        )
        try:
            self.send({name: getattr(plan, name) for name in plan.__slots__})
            message, _ = self.answer(_START_S)
            if "ready" not in message:
                raise SandboxError(f"a zygote could not confine itself: {message.get('failed')}")
        except SandboxError:
            self.close()
            raise

    def send(self, order: dict[str, Any], fds: list[int] | None = None) -> None:
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        try:
            self.control.sendmsg([marshal.dumps(order)], ancillary)
        except OSError as error:
            raise SandboxError(f"the zygote died: {error}") from error

    def answer(self, patience_s: float = _ANSWER_S) -> tuple[dict[str, Any], int]:
        """Return the zygote's next message and the descriptor that came with it, or -1."""
        _wait_readable(self.control, patience_s, "the zygote's answer")
        try:
            message, ancillary, _, _ = self.control.recvmsg(1 << 16, socket.CMSG_SPACE(4))
        except OSError as error:
            raise SandboxError(f"the zygote died: {error}") from error
        if not message:
            raise SandboxError(f"the zygote died{self.last_words()}")
        fd = array.array("i", ancillary[0][2])[0] if ancillary else -1
        return marshal.loads(message), fd

    def last_words(self) -> str:
        """Return the end of what a dead zygote wrote to standard error."""
        try:
            _, text = self.process.communicate(timeout=_STOP_S)
        except (subprocess.TimeoutExpired, ValueError):
            return ""
        lines = text.decode("utf-8", "replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""

    def fork(self, limits: Limits, *, writable: bool, bounds: Bounds) -> Child:
        """Return a new confined child, waiting for its program."""
        ours, theirs = socket.socketpair()
        output_fd, output_end = os.pipe()
        folder_fd = -1
        order = {
            "do": "open",
            "memory_bytes": limits.memory_bytes,
            "cpu_s": limits.cpu_s,
            "writable": writable,
        }
        try:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            self.send(order, [theirs.fileno(), output_end])
            theirs.close()
            _, folder_fd = self.answer()
            pid = _greeting(ours)
        except BaseException:
            ours.close()
            for fd in (output_fd, folder_fd):
                if fd >= 0:
                    os.close(fd)
            raise
        finally:
            theirs.close()
            os.close(output_end)
        line = Line(
            channel=ours,
            output_fd=output_fd,
            zygote_fd=self.control.fileno(),
            output_bytes=limits.output_bytes,
            bounds=bounds,
        )
        return Child(
            line, pid, folder_fd, bounds, self.isolation.profile, self.end, lambda: self.send({"do": "clear"})
        )

    def end(self) -> Ended:
        """Kill and reap the child in hand."""
        self.send({"do": "end"})
        message, _ = self.answer()
        return Ended(*message["ended"])

    def close(self) -> None:
        """Let the zygote leave, or make it; remove what is left."""
        self.control.close()
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(_STOP_S)
        if self.process.stderr:
            self.process.stderr.close()
        if self.folder:
            self.folder.close()
        if self.uid:
            self.uid.release()


def _wait_readable(source: socket.socket, patience_s: float, what: str) -> None:
    poll = select.poll()
    poll.register(source, select.POLLIN)
    if not poll.poll(patience_s * 1000):
        raise SandboxError(f"waited {patience_s:g} s for {what}")


def _greeting(channel: socket.socket) -> int:
    """Return the child's process id here, as the kernel attests it with the child's first byte."""
    _wait_readable(channel, _ANSWER_S, "a child to start")
    message, ancillary, _, _ = channel.recvmsg(1, socket.CMSG_SPACE(_CREDENTIALS.size))
    if message != requests.HELLO:
        channel.settimeout(1.0)
        why = channel.recv(512).decode("utf-8", "replace") if message else "it died"
        raise SandboxError(f"a child could not be isolated: {why}")
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
    for _, kind, data in ancillary:
        if kind == socket.SCM_CREDENTIALS:
            pid: int = _CREDENTIALS.unpack(data)[0]
            return pid
    raise SandboxError("a child sent no credentials")
