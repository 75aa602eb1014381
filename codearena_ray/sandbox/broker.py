"""The supervisor's side of processes that are never started: records, and answers from the fixture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from codearena_ray.sandbox.shell import Argv, commands_of
from codearena_ray.sandbox.values import WireValue
from codearena_ray.types import Process

MAX_REQUESTS = 64
_MAX_PARTS = 256
_MAX_CHARS = 16_384
NOT_FOUND = -1
"""Exit code that stands for: there is no such program."""
_SHELL_NOT_FOUND = 127


class Answer(NamedTuple):
    """What the pretended process gives."""

    stdout: bytes
    exit_code: int


class ProcessBroker:
    """Records argument vectors and answers them.

    Attributes:
        spawns: Every argument vector that would have run, in order.
    """

    def __init__(self, processes: Sequence[Process]) -> None:
        self.spawns: list[Argv] = []
        self._processes = processes
        self._requests = 0

    def answer(self, asked: WireValue) -> Answer:
        """Record a decoded process frame and return the fixture's answer.

        Raises:
            ValueError: the frame has another shape, or there were too many.
        """
        self._requests += 1
        shell, parts = _checked(asked)
        if self._requests > MAX_REQUESTS:
            raise ValueError("too many processes")
        commands = commands_of(parts, shell=shell)
        self.spawns += commands
        output = ""
        code = 0
        for argv in commands:
            found = next((p for p in self._processes if argv[: len(p.argv)] == p.argv), None)
            code = found.exit_code if found else (_SHELL_NOT_FOUND if shell else NOT_FOUND)
            output += found.stdout if found else ""
        return Answer(output.encode(), code)


def _checked(asked: WireValue) -> tuple[bool, list[str]]:
    if type(asked) is not tuple or len(asked) != 2:
        raise ValueError("not a process frame")
    shell, parts = asked
    if type(shell) is not bool or type(parts) is not list or not 0 < len(parts) <= _MAX_PARTS:
        raise ValueError("not a process frame")
    if not all(type(part) is str for part in parts) or sum(map(len, parts)) > _MAX_CHARS:
        raise ValueError("not a process frame")
    return shell, parts
