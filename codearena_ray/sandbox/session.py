"""One program in one child, as its supervisor sees it: calls, clocks, death, what was observed outside.

Invariants: death is sticky, so after a death every further step is NOT_RUN; a reply counts only if it answers
the request in hand; every wait has a wall-clock limit (time in which a busy machine let the child wait is
added, up to a bound) and a CPU limit; everything that the child sent is bounded before it becomes an object.
Expected values are never sent.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, NamedTuple

from codearena_ray.errors import SandboxError, TaskError
from codearena_ray.sandbox import requests
from codearena_ray.sandbox.broker import ProcessBroker
from codearena_ray.sandbox.line import Death, Line
from codearena_ray.sandbox.observe import Content, read_file
from codearena_ray.sandbox.values import Handle, Reply, WireValue
from codearena_ray.sandbox.wire import Bounds
from codearena_ray.types import Fixture, Limits, SandboxReport, Step, Verdict

_MAX_NAMES = 32
_MAX_TEXT = 600
_MAX_STARVED = 4.0
"""How many times its wall limit a child may wait for a busy machine beyond it."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What an execution did, seen from outside its child."""

    files: Mapping[str, Content] = field(default_factory=dict)
    """For each path that `finish` was asked for: its text; None if nothing is there; `Unreadable` for what is
    no small UTF-8 file."""
    spawns: tuple[tuple[str, ...], ...] = ()
    """Argument vectors that reached the process broker, in order."""
    stdout: str = ""
    """What was written to standard output, up to the output limit."""


class Ended(NamedTuple):
    """How a child's process ended, as its zygote reports."""

    exit_code: int
    signal: int
    cpu_s: float
    rss_bytes: int


@dataclass(frozen=True, slots=True)
class Child:
    """A child that a slot has just started."""

    line: Line
    pid: int
    """In the supervisor's process namespace."""
    folder_fd: int
    """Its writable folder, -1 without one."""
    bounds: Bounds
    profile: str
    end: Callable[[], Ended]
    """Kills and reaps it."""
    clear: Callable[[], None]
    """Has what it left in its folder removed, without waiting for that."""


class Session:
    """A child with a program loaded. Made by `Slot.open`; used by one thread at a time.

    Attributes:
        loaded: The reply of running the program's top level: `value` when it ran, `raised` for a SyntaxError
            or any exception at import, `dead` when it did not survive.
        observed: What was seen from outside; complete after `finish`.
    """

    def __init__(self, child: Child, *, limits: Limits, fixture: Fixture | None) -> None:
        self.limits = limits
        self.observed = Observed()
        self.loaded = Reply("dead", death=Verdict.NOT_RUN)
        self._child = child
        self._fixture = fixture
        self._broker = ProcessBroker(fixture.processes if fixture else ())
        self._wall_left_s = limits.wall_s
        self._cpu_end_s = limits.cpu_s
        self._deadline = 0.0
        self._death: Death | None = None
        self._ended: Ended | None = None
        self._report: SandboxReport | None = None

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
            wall_s: Wall seconds for this call; never more than what is left of the session's own limit, of
                which only time spent waiting inside `call` counts.
            cpu_s: CPU seconds for this call in place of what is left of the session's own limit, so that one
                session can run several cases with a budget each. The kernel ends a child that used more than
                one second beyond the session's limit in all.

        Raises:
            SandboxError: the zygote died; the slot must be closed.
        """
        if not self.alive:
            return [Reply("dead", death=Verdict.NOT_RUN) for _ in steps]
        self._cpu_end_s = self.limits.cpu_s if cpu_s is None else self.cpu_s() + cpu_s
        nonce = os.urandom(requests.NONCE_BYTES)
        data = requests.request("call", nonce, [_portable(step) for step in steps])
        return self._exchange(data, nonce, len(steps), wall_s)

    def cpu_s(self) -> float:
        """Return the CPU seconds of the child since its fork, read from the kernel, import included."""
        if self._ended is None:
            try:
                return time.clock_gettime((~self._child.pid << 3) | 2)
            except OSError:
                return self._end().cpu_s
        return self._ended.cpu_s

    def finish(self, *, files: Iterable[str] = ()) -> SandboxReport:
        """End the child, collect what was observed and return how it ended. Later calls return the same.

        Args:
            files: Relative paths in the working directory to read into `observed.files`.

        Raises:
            SandboxError: the zygote died or did not answer.
            ValueError: a path leaves the working directory.
        """
        if self._report is None:
            try:
                ended = self._end()
                self._child.line.drain()
                self.observed = self._observe(files)
            finally:
                self._close()
            death = self._death
            self._report = SandboxReport(
                exit_code=ended.exit_code,
                signal=ended.signal if death is not None and not death.limit else 0,
                limit=death.limit if death else "",
                cpu_s=ended.cpu_s,
                rss_bytes=ended.rss_bytes,
                profile=self._child.profile,
            )
        return self._report

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()

    def load(self, code: str) -> None:
        """Set up the fixture and run the program's top level; the slot calls it once.

        Raises:
            TaskError: the fixture could not be set up.
            SandboxError: the zygote died.
        """
        nonce = os.urandom(requests.NONCE_BYTES)
        b, f = self._child.bounds, self._fixture
        world = f and {"env": dict(f.env), "files": dict(f.files), "sqlite": f.sqlite, "stdin": f.stdin}
        bounds = (b.max_bytes, b.max_nodes, b.max_depth, b.max_int_bytes)
        data = requests.request("load", nonce, code, bounds, world)
        self.loaded = self._exchange(data, nonce, 1, None)[0]
        if self.loaded.kind == "no_world":
            self.finish()
            raise TaskError(f"the fixture could not be set up: {self.loaded.message}")

    def _exchange(self, data: bytes, nonce: bytes, number: int, wall_s: float | None) -> list[Reply]:
        replies: list[Reply] = []
        start = time.monotonic()
        self._deadline = start + min(self._wall_left_s, self._wall_left_s if wall_s is None else wall_s)
        try:
            self._child.line.exchange(
                data,
                nonce=nonce,
                number=number,
                patience=self._patience,
                on_process=self._on_process,
                on_reply=lambda value: replies.append(_parse(value)),
            )
        except Death as death:
            self._death = self._classify(death)
            replies.append(Reply("dead", death=self._death.verdict))
            replies += [Reply("dead", death=Verdict.NOT_RUN)] * (number - len(replies))
        except SandboxError:
            self._death = Death(Verdict.CRASHED)
            raise
        self._wall_left_s -= time.monotonic() - start
        return replies

    def _patience(self) -> float:
        """Return the seconds to wait for the next event, past a limit a death."""
        wall = self._deadline - time.monotonic()
        if wall <= 0:
            wall += min(self._starved_s(), _MAX_STARVED * self.limits.wall_s)
        if wall <= 0:
            raise Death(Verdict.TIMEOUT, "wall")
        cpu = self._cpu_end_s - self.cpu_s()
        if cpu <= 0:
            raise Death(Verdict.TIMEOUT, "cpu")
        return min(wall, max(cpu, 0.001))

    def _starved_s(self) -> float:
        """Return how long the child was ready to run but the machine ran others: not the program's fault."""
        try:
            with open(f"/proc/{self._child.pid}/schedstat", "rb") as file:
                return int(file.read().split()[1]) / 1e9
        except (OSError, IndexError, ValueError):
            return 0.0

    def _on_process(self, asked: WireValue) -> bytes:
        try:
            answer = self._broker.answer(asked)
        except ValueError as error:
            raise Death(Verdict.PROTOCOL) from error
        return requests.request("processed", *answer)

    def _classify(self, death: Death) -> Death:
        """Kill the child; name the limit behind a death that showed only as a closed channel."""
        ended = self._end()
        if death.verdict is not Verdict.CRASHED or death.limit:
            return death
        if ended.exit_code == requests.MEMORY_EXIT:
            return Death(Verdict.MEMORY, "memory")
        if ended.cpu_s >= self._cpu_end_s:
            return Death(Verdict.TIMEOUT, "cpu")
        return death

    def _end(self) -> Ended:
        if self._ended is None:
            self._ended = self._child.end()
        return self._ended

    def _observe(self, files: Iterable[str]) -> Observed:
        folder = self._child.folder_fd
        return Observed(
            files={path: read_file(folder, path) if folder >= 0 else None for path in files},
            spawns=tuple(self._broker.spawns),
            stdout=self._child.line.output.decode("utf-8", "replace"),
        )

    def _close(self) -> None:
        self._child.line.close()
        if self._child.folder_fd >= 0:
            os.close(self._child.folder_fd)
            self._child.clear()


def _portable(step: Step) -> tuple[Any, ...]:
    """Return what a child may know of a step."""
    args = list(step.args)
    handles = [(i, arg.name) for i, arg in enumerate(args) if isinstance(arg, Handle)]
    for position, _ in handles:
        args[position] = None
    return step.call, args, dict(step.kwargs), step.bind, step.consume, step.mutates, handles


def _parse(body: WireValue) -> Reply:
    """Return the reply of a decoded frame.

    Raises:
        Death: it has another shape than a reply.
    """
    if type(body) is tuple and body and type(body[0]) is int:
        tag, rest = body[0], body[1:]
        if tag in {requests.VALUE, requests.BOUND} and len(rest) == 2 and type(rest[1]) is list:
            kind = "value" if tag == requests.VALUE else "bound"
            return Reply(kind, value=rest[0], args_after=tuple(rest[1]))
        if tag == requests.RAISED and [type(part) for part in rest] == [list, str, int]:
            names, text, line = rest
            if len(names) <= _MAX_NAMES and all(type(n) is str for n in names) and 0 <= line < 1 << 31:
                return Reply("raised", raised=tuple(names), message=text[:_MAX_TEXT], line=line)
        if tag == requests.NO_WORLD and [type(part) for part in rest] == [str]:
            return Reply("no_world", message=rest[0][:_MAX_TEXT])
    raise Death(Verdict.PROTOCOL)
