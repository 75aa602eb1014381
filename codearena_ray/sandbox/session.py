"""One program in one child, as its supervisor sees it: calls, clocks, death and what was observed from outside.

Invariants: death is sticky, so after a death every further step is NOT_RUN; a reply counts only if it answers the
request in hand; every wait has a wall-clock and a CPU limit; everything that the child sent is bounded before it
becomes an object. Expected values are never sent.
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, NamedTuple

from codearena_ray.errors import SandboxError
from codearena_ray.sandbox import requests
from codearena_ray.sandbox.values import Handle, Reply
from codearena_ray.sandbox.wire import Bounds, WireError, decode
from codearena_ray.types import Limits, SandboxReport, Step, Verdict


@dataclass(frozen=True, slots=True)
class Observed:
    """What an execution did, seen from outside its child."""

    files: Mapping[str, str | None] = field(default_factory=dict)
    """Content of the files that `finish` was asked for; None: no such regular file, too large or not UTF-8."""
    spawns: tuple[tuple[str, ...], ...] = ()
    """Argument vectors that reached the process broker, in order."""
    stdout: str = ""
    """What was written to descriptors 1 and 2, up to the output limit."""


class Ended(NamedTuple):
    """How a child's process ended, as its zygote reports."""

    exit_code: int
    signal: int
    cpu_s: float
    rss_bytes: int


class _Death(Exception):
    """The child is finished as far as its verdict goes."""

    def __init__(self, verdict: Verdict, limit: str = "") -> None:
        super().__init__(limit)
        self.verdict = verdict
        self.limit = limit


class Session:
    """A child with a program loaded. Made by `Slot.open`; one thread at a time.

    Attributes:
        loaded: The reply of running the program's top level: `value` when it ran, `raised` for a SyntaxError or
            any exception at import, `dead` when it did not survive.
        observed: What was seen from outside; complete after `finish`.
    """

    def __init__(
        self,
        *,
        channel: socket.socket,
        output_fd: int,
        limits: Limits,
        profile: str,
        end: Callable[[], Ended],
        zygote_fd: int,
    ) -> None:
        self.limits = limits
        self.bounds = Bounds()
        self.observed = Observed()
        self.loaded = Reply("dead", death=Verdict.NOT_RUN)
        self._channel = channel
        self._output_fd = output_fd
        self._output = bytearray()
        self._profile = profile
        self._end = end
        self._zygote_fd = zygote_fd
        self._buffer = bytearray()
        self._wall_left_s = limits.wall_s
        self._cpu_end_s = limits.cpu_s
        self._pid = 0
        self._death: _Death | None = None
        self._ended: Ended | None = None
        self._report: SandboxReport | None = None
        channel.setblocking(False)
        os.set_blocking(output_fd, False)
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._poll.register(output_fd, select.POLLIN)
        self._poll.register(zygote_fd, select.POLLHUP | select.POLLERR)

    @property
    def alive(self) -> bool:
        """True while further steps can run."""
        return self._death is None and self._report is None

    def call(
        self, steps: Sequence[Step], *, wall_s: float | None = None, cpu_s: float | None = None
    ) -> list[Reply]:
        """Return one reply per step, in order; never raises for anything the program does.

        Args:
            steps: Run one after the other in the same child. Only names, arguments, `bind`, `consume` and
                `mutates` are sent; a `Handle` as a top-level positional argument passes a bound object.
            wall_s: Wall seconds for this call; never more than what is left of the session's own limit, of which
                only time spent waiting inside `call` counts.
            cpu_s: CPU seconds for this call in place of what is left of the session's own limit, so that one
                session can run several cases with a budget each. The kernel ends a child that used more than
                one second beyond the session's limit in all.

        Raises:
            SandboxError: the zygote died; the slot must be restarted.
        """
        if not self.alive:
            return [Reply("dead", death=Verdict.NOT_RUN) for _ in steps]
        self._cpu_end_s = self.limits.cpu_s if cpu_s is None else self.cpu_s() + cpu_s
        nonce = os.urandom(requests.NONCE_BYTES)
        data = requests.request("call", nonce, [_portable(step) for step in steps])
        return self._exchange(data, nonce, len(steps), wall_s)

    def cpu_s(self) -> float:
        """Return the CPU seconds of the child since its fork, read from the kernel, import included."""
        if self._ended is not None:
            return self._ended.cpu_s
        try:
            return time.clock_gettime((~self._pid << 3) | 2)
        except OSError:
            return self._wait_end().cpu_s

    def finish(self, *, files: Iterable[str] = ()) -> SandboxReport:
        """End the child, collect what was observed and return how it ended. Idempotent.

        Args:
            files: Relative paths in the working directory to read into `observed.files`.

        Raises:
            SandboxError: the zygote died or did not answer.
        """
        if self._report is None:
            self._drain_output()
            ended = self._wait_end()
            self._close()
            self.observed = Observed(
                files={path: None for path in files}, stdout=self._output.decode("utf-8", "replace")
            )
            death = self._death
            self._report = SandboxReport(
                exit_code=ended.exit_code,
                signal=0 if death is None or death.limit else ended.signal,
                limit=death.limit if death else "",
                cpu_s=ended.cpu_s,
                rss_bytes=ended.rss_bytes,
                profile=self._profile,
            )
        return self._report

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()

    def _load(self, code: str, pid: int) -> None:
        """Send the program; called once by the slot."""
        self._pid = pid
        nonce = os.urandom(requests.NONCE_BYTES)
        b = self.bounds
        data = requests.request("load", nonce, code, (b.max_bytes, b.max_nodes, b.max_depth, b.max_int_bytes))
        self.loaded = self._exchange(data, nonce, 1, None)[0]

    def _exchange(self, data: bytes, nonce: bytes, number: int, wall_s: float | None) -> list[Reply]:
        replies: list[Reply] = []
        start = time.monotonic()
        allowed = self._wall_left_s if wall_s is None else min(wall_s, self._wall_left_s)
        try:
            if self._buffer:
                raise _Death(Verdict.PROTOCOL)
            self._pump(memoryview(data), nonce, number, replies, start + allowed)
        except _Death as death:
            self._death = self._classify(death)
            replies.append(Reply("dead", death=self._death.verdict))
            replies += [Reply("dead", death=Verdict.NOT_RUN)] * (number - len(replies))
        self._wall_left_s -= time.monotonic() - start
        return replies

    def _pump(
        self, left: memoryview, nonce: bytes, number: int, replies: list[Reply], deadline: float
    ) -> None:
        """Write the request and read replies until there are `number`, or the child dies."""
        self._poll.modify(self._channel, select.POLLIN | select.POLLOUT)
        while len(replies) < number:
            for fd, event in self._poll.poll(self._patience(deadline) * 1000):
                if fd == self._zygote_fd:
                    raise SandboxError("zygote died")
                if fd == self._output_fd:
                    self._read_output()
                    continue
                if event & select.POLLOUT and left:
                    left = left[self._write(left[: 1 << 18]) :]
                    if not left:
                        self._poll.modify(self._channel, select.POLLIN)
                if event & (select.POLLIN | select.POLLHUP | select.POLLERR):
                    self._read_channel()
                    self._take_replies(nonce, number, replies)
        if self._buffer:
            raise _Death(Verdict.PROTOCOL)

    def _patience(self, deadline: float) -> float:
        """Return the seconds to wait for the next event."""
        wall = deadline - time.monotonic()
        if wall <= 0:
            raise _Death(Verdict.TIMEOUT, "wall")
        cpu = self._cpu_end_s - self.cpu_s()
        if cpu <= 0:
            raise _Death(Verdict.TIMEOUT, "cpu")
        return min(wall, max(cpu, 0.001))

    def _write(self, data: memoryview) -> int:
        try:
            return self._channel.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise _Death(Verdict.CRASHED) from error

    def _read_channel(self) -> None:
        try:
            data = self._channel.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError as error:
            raise _Death(Verdict.CRASHED) from error
        if not data:
            raise _Death(Verdict.CRASHED)
        self._buffer += data

    def _take_replies(self, nonce: bytes, number: int, replies: list[Reply]) -> None:
        buffer = self._buffer
        while len(replies) < number and len(buffer) >= requests.LENGTH.size:
            (size,) = requests.LENGTH.unpack_from(buffer)
            if size > self.bounds.max_bytes + requests.HEADER_BYTES:
                raise _Death(Verdict.PROTOCOL, "frame")
            if len(buffer) < requests.LENGTH.size + size:
                return
            body = bytes(buffer[requests.LENGTH.size : requests.LENGTH.size + size])
            del buffer[: requests.LENGTH.size + size]
            if body[: requests.NONCE_BYTES] != nonce:
                raise _Death(Verdict.PROTOCOL)
            replies.append(self._reply(body[requests.HEADER_BYTES :]))

    def _reply(self, body: bytes) -> Reply:
        try:
            return _parse(decode(body, self.bounds))
        except WireError as error:
            raise _Death(Verdict.PROTOCOL) from error

    def _read_output(self) -> None:
        try:
            data = os.read(self._output_fd, 1 << 16)
        except BlockingIOError:
            return
        if not data:
            self._poll.unregister(self._output_fd)
            return
        room = self.limits.output_bytes - len(self._output)
        self._output += data[:room]
        if len(data) > room:
            raise _Death(Verdict.CRASHED, "output")

    def _drain_output(self) -> None:
        try:
            while len(self._output) < self.limits.output_bytes:
                data = os.read(self._output_fd, 1 << 16)
                if not data:
                    return
                self._output += data[: self.limits.output_bytes - len(self._output)]
        except BlockingIOError:
            return

    def _classify(self, death: _Death) -> _Death:
        """Name the limit behind a death that showed only as a closed channel."""
        ended = self._wait_end()
        if death.verdict is not Verdict.CRASHED or death.limit:
            return death
        if ended.exit_code == requests.MEMORY_EXIT:
            return _Death(Verdict.MEMORY, "memory")
        if ended.cpu_s >= self._cpu_end_s:
            return _Death(Verdict.TIMEOUT, "cpu")
        return death

    def _wait_end(self) -> Ended:
        if self._ended is None:
            self._ended = self._end()
        return self._ended

    def _close(self) -> None:
        self._channel.close()
        os.close(self._output_fd)


def _portable(step: Step) -> tuple[Any, ...]:
    """Return what a child may know of a step."""
    args = list(step.args)
    handles = [(i, arg.name) for i, arg in enumerate(args) if isinstance(arg, Handle)]
    for position, _ in handles:
        args[position] = None
    return step.call, args, dict(step.kwargs), step.bind, step.consume, step.mutates, handles


def _parse(body: Any) -> Reply:
    """Return the reply of a decoded frame body.

    Raises:
        WireError: the body has another shape than a reply.
    """
    if type(body) is not tuple or not body:
        raise WireError("not a reply")
    if body[0] in (0, 1) and len(body) == 3 and type(body[0]) is int and type(body[2]) is list:
        kind = "bound" if body[0] else "value"
        return Reply(kind, value=None if body[0] else body[1], args_after=tuple(body[2]))
    if body[0] == 2 and len(body) == 4:
        _, names, message, line = body
        if type(names) is list and type(message) is str and type(line) is int and -1 < line < 1 << 31:
            if len(names) <= 16 and all(type(name) is str for name in names):
                return Reply("raised", raised=tuple(names), message=message[:600], line=line)
    raise WireError("not a reply")
