"""A slot: one place where one program at a time runs, kept warm by a zygote."""

from __future__ import annotations

import array
import marshal
import os
import select
import signal
import socket
import struct
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from codearena_ray.errors import SandboxError
from codearena_ray.sandbox import requests
from codearena_ray.sandbox.isolation.detect import Isolation
from codearena_ray.sandbox.session import Ended, Session
from codearena_ray.types import Fixture, Limits

_START_S = 20.0
_ANSWER_S = 5.0
_CREDENTIALS = struct.Struct("3i")


class Slot:
    """Runs one session at a time; not thread-safe (see `SlotPool`).

    Args:
        isolation: What `detect_isolation` found.
        index: Number of the slot on this machine; decides its user id under profile `root`.

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
        self, code: str, *, limits: Limits, fixture: Fixture | None = None, hash_seed: int = 0
    ) -> Session:
        """Return a session with `code` loaded in a fresh child; look at `.loaded` for how that went.

        Args:
            code: Source of the program (or of task code). Runs as a module, not as `__main__`.
            limits: CPU seconds, wall seconds, memory and output of this child.
            fixture: The world it finds. None: no environment variables, no input and a working directory that
                cannot be written. `Fixture()` gives an empty writable directory.
            hash_seed: `PYTHONHASHSEED` of the child. Each distinct value costs a zygote; use few.

        Raises:
            SandboxError: the zygote died or did not answer; close this slot and make another.
        """
        if self._session is not None and self._session._report is None:
            self._session.finish()
        self._session = self._zygote(hash_seed).open(code, limits=limits, fixture=fixture)
        return self._session

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
        zygote = self._zygotes.get(hash_seed)
        if zygote is None:
            zygote = self._zygotes[hash_seed] = _Zygote(self.isolation, self.index, hash_seed)
        return zygote


class _Zygote:
    def __init__(self, isolation: Isolation, index: int, hash_seed: int) -> None:
        self.isolation = isolation
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [
                    isolation.python,
                    "-s",
                    "-P",
                    "-S",
                    "-B",
                    str(Path(__file__).with_name("boot.py")),
                    str(theirs.fileno()),
                ],
                env={"PYTHONHASHSEED": str(hash_seed), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
            )
        self.answer(_START_S)

    def answer(self, patience_s: float = _ANSWER_S) -> dict[str, Any]:
        """Return the zygote's next message."""
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        if not poll.poll(patience_s * 1000):
            raise SandboxError(f"zygote did not answer within {patience_s:g} s")
        try:
            message = self.control.recv(1 << 16)
        except OSError as error:
            raise SandboxError(f"zygote died: {error}") from error
        if not message:
            raise SandboxError("zygote died")
        answer: dict[str, Any] = marshal.loads(message)
        return answer

    def order(self, order: dict[str, Any], fds: list[int] | None = None) -> dict[str, Any]:
        """Send one order and return its answer."""
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        try:
            self.control.sendmsg([marshal.dumps(order)], ancillary)
        except OSError as error:
            raise SandboxError(f"zygote died: {error}") from error
        return self.answer()

    def open(self, code: str, *, limits: Limits, fixture: Fixture | None) -> Session:
        ours, theirs = socket.socketpair()
        output, output_end = os.pipe()
        order = {"do": "open", "memory_bytes": limits.memory_bytes, "cpu_s": int(limits.cpu_s) + 2}
        try:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            self.order(order, [theirs.fileno(), output_end])
        finally:
            theirs.close()
            os.close(output_end)
        pid = _greeting(ours)
        session = Session(
            channel=ours,
            output_fd=output,
            limits=limits,
            profile=self.isolation.profile,
            end=self.end,
            zygote_fd=self.control.fileno(),
        )
        session._load(code, pid)
        return session

    def end(self) -> Ended:
        return Ended(*self.order({"do": "end"})["exit"])

    def close(self) -> None:
        self.control.close()
        try:
            self.process.wait(2.0)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(2.0)


def _greeting(channel: socket.socket) -> int:
    """Return the child's process id in this namespace, as the kernel attests it with the child's first byte."""
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    if not poll.poll(_ANSWER_S * 1000):
        raise SandboxError("a child did not start")
    message, ancillary, _, _ = channel.recvmsg(1, socket.CMSG_SPACE(_CREDENTIALS.size))
    if message != requests.HELLO:
        raise SandboxError("a child could not be isolated")
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
    for _, kind, data in ancillary:
        if kind == socket.SCM_CREDENTIALS:
            pid: int = _CREDENTIALS.unpack(data)[0]
            return pid
    raise SandboxError("a child sent no credentials")
