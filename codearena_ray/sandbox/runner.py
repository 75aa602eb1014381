"""Inside the child: loads the program, runs steps, answers. Nothing in this file is trusted once the program runs.

The program can reach and replace everything here; what it gains is the right to answer for itself, which it has
anyway. Expected values, other programs and other executions were never in this process.
"""

from __future__ import annotations

import linecache
import marshal
import os
import sys
from itertools import islice
from types import ModuleType
from typing import Any

from codearena_ray.sandbox import requests
from codearena_ray.sandbox.wire import Bounds, WireError, encode

CHANNEL_FD = 3
PROGRAM_NAME = "program"
PROGRAM_FILE = "program.py"
_MAX_MESSAGE = 500


def _read_exactly(size: int) -> bytes:
    chunks = []
    while size:
        chunk = os.read(CHANNEL_FD, min(size, 1 << 20))
        if not chunk:
            os._exit(0)
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)


def receive() -> Any:
    """Return the next request; leave the process when the supervisor closed the channel."""
    (size,) = requests.LENGTH.unpack(_read_exactly(4))
    return marshal.loads(_read_exactly(size))


def send(nonce: bytes, kind: bytes, body: bytes) -> None:
    """Write one frame to the supervisor."""
    left = memoryview(requests.frame(nonce + kind + body))
    while left:
        left = left[os.write(CHANNEL_FD, left) :]


def _describe(error: BaseException) -> tuple[int, list[str], str, int]:
    names = [c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins" and c is not object]
    line = getattr(error, "lineno", 0) if isinstance(error, SyntaxError) else 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == PROGRAM_FILE:
            line = trace.tb_lineno
        trace = trace.tb_next
    try:
        text = str(error)[:_MAX_MESSAGE]
    except Exception:
        text = ""
    return 2, names, f"{type(error).__name__}: {text}" if text else type(error).__name__, line or 0


class Runner:
    """One loaded program and the objects that its steps bound."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.module = ModuleType(PROGRAM_NAME)
        self.bound: dict[str, Any] = {}

    def load(self, source: str) -> tuple[Any, ...]:
        """Run the program's top level; returns the reply's body."""
        self.module.__file__ = PROGRAM_FILE
        sys.modules[PROGRAM_NAME] = self.module
        linecache.cache[PROGRAM_FILE] = (len(source), None, source.splitlines(True), PROGRAM_FILE)
        try:
            exec(compile(source, PROGRAM_FILE, "exec"), self.module.__dict__)
        except BaseException as error:
            return _describe(error)
        return 0, None, []

    def resolve(self, name: str) -> Any:
        """Return what `name` or `object.attribute` calls: a bound object first, then a global."""
        head, *rest = name.split(".")
        target = self.bound[head] if head in self.bound else self.module.__dict__.get(head, _MISSING)
        if target is _MISSING:
            raise NameError(f"name {head!r} is not defined")
        for attribute in rest:
            target = getattr(target, attribute)
        return target

    def step(self, step: tuple[Any, ...]) -> tuple[Any, ...]:
        """Run one step; returns the reply's body."""
        name, args, kwargs, bind, consume, mutates, handles = step
        try:
            for position, handle in handles:
                args[position] = self.bound[handle]
            result = self.resolve(name)(*args, **kwargs)
            if consume:
                result = list(islice(result, consume))
            if bind:
                self.bound[bind] = result
                return 1, None, [args[i] for i in mutates]
            return 0, result, [args[i] for i in mutates]
        except BaseException as error:
            return _describe(error)

    def answer(self, nonce: bytes, body: tuple[Any, ...]) -> None:
        """Encode and send one reply; a value outside the bounds goes as an opaque object."""
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except BaseException:
            body = body if body[0] == 2 else (2, ["Exception", "BaseException"], "output failed", 0)
        try:
            data = encode(body, self.bounds)
        except WireError:
            data = encode((0, _TooLarge(), []), self.bounds)
        except BaseException as error:
            data = encode(_describe(error), self.bounds)
        send(nonce, requests.KIND_REPLY, data)


class _TooLarge:
    """Stands for a value that exceeds the bounds of a reply."""


_MISSING = object()


def serve() -> None:
    """Load one program, then answer requests until the channel closes. Does not return."""
    _, nonce, source, bounds = receive()
    runner = Runner(Bounds(*bounds))
    runner.answer(nonce, runner.load(source))
    while True:
        _, nonce, steps = receive()
        for step in steps:
            runner.answer(nonce, runner.step(step))
