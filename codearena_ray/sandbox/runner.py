"""Inside the child: loads the program, runs steps, answers. Nothing here is trusted once the program runs.

The program can reach and replace everything here; what it gains is the right to answer for itself, which it
has anyway. Expected values, other programs and other executions were never in this process.
"""

from __future__ import annotations

import linecache
import marshal
import os
import sys
from itertools import islice
from types import ModuleType
from typing import Any

from codearena_ray.sandbox import requests, world
from codearena_ray.sandbox.wire import Bounds, WireError, encode

CHANNEL_FD = 3
PROGRAM_NAME = "program"
PROGRAM_FILE = "program.py"
_MAX_MESSAGE = 500
_MISSING = object()

Body = tuple[Any, ...]
"""What a reply frame carries; see `requests`."""


class _TooLarge:
    """Stands for a value that exceeds the bounds of a reply."""


class _Stream:
    """The channel to the supervisor and the request in hand."""

    def __init__(self) -> None:
        self.nonce = b""
        self.bounds = Bounds()

    def receive(self) -> tuple[Any, ...]:
        """Return the next request; leave the process when the supervisor closed the channel."""
        (size,) = requests.LENGTH.unpack(self._exactly(requests.LENGTH.size))
        message: tuple[Any, ...] = marshal.loads(self._exactly(size))
        return message

    def _exactly(self, size: int) -> bytes:
        chunks = []
        while size:
            chunk = os.read(CHANNEL_FD, min(size, 1 << 20))
            if not chunk:
                os._exit(0)
            chunks.append(chunk)
            size -= len(chunk)
        return b"".join(chunks)

    def send(self, kind: bytes, body: bytes) -> None:
        """Write one frame to the supervisor."""
        left = memoryview(requests.frame(self.nonce + kind + body))
        while left:
            left = left[os.write(CHANNEL_FD, left) :]


_stream = _Stream()


def ask_broker(parts: list[str], *, shell: bool) -> tuple[bytes, int]:
    """Report a process that the program wants to start; returns its pretended output and exit code."""
    _stream.send(requests.KIND_PROCESS, encode((shell, parts), _stream.bounds))
    _, output, code = _stream.receive()
    return output, code


def _describe(error: BaseException) -> Body:
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
    name = type(error).__name__[:80]
    return requests.RAISED, names, f"{name}: {text}" if text else name, line or 0


class Runner:
    """One loaded program and the objects that its steps bound."""

    def __init__(self) -> None:
        self.module = ModuleType(PROGRAM_NAME)
        self.bound: dict[str, Any] = {}

    def load(self, source: str) -> Body:
        """Run the program's top level; returns the reply's body."""
        self.module.__file__ = PROGRAM_FILE
        sys.modules[PROGRAM_NAME] = self.module
        linecache.cache[PROGRAM_FILE] = (len(source), None, source.splitlines(True), PROGRAM_FILE)
        try:
            exec(compile(source, PROGRAM_FILE, "exec"), self.module.__dict__)
        except BaseException as error:
            return _describe(error)
        return requests.VALUE, None, []

    def resolve(self, name: str) -> Any:
        """Return what `name` or `object.attribute` calls: a bound object first, then a global."""
        head, *rest = name.split(".")
        target = self.bound[head] if head in self.bound else self.module.__dict__.get(head, _MISSING)
        if target is _MISSING:
            raise NameError(f"name {head!r} is not defined")
        for attribute in rest:
            target = getattr(target, attribute)
        return target

    def step(self, step: tuple[Any, ...]) -> Body:
        """Run one step; returns the reply's body."""
        name, args, kwargs, bind, consume, mutates, handles = step
        try:
            for position, handle in handles:
                args[position] = self.bound[handle]
            result = self.resolve(name)(*args, **kwargs)
            if consume:
                result = list(islice(result, consume))
            after = [args[i] for i in mutates]
            if not bind:
                return requests.VALUE, result, after
            self.bound[bind] = result
            return requests.BOUND, None, after
        except BaseException as error:
            return _describe(error)


def _answer(body: Body) -> None:
    """Encode and send one reply; a value outside the bounds goes as an opaque object."""
    try:
        sys.stdout.flush()
    except BaseException as error:
        body = _describe(error)
    try:
        data = encode(body, _stream.bounds)
    except WireError:
        data = encode((requests.VALUE, _TooLarge(), []), _stream.bounds)
    except BaseException as error:
        data = encode(_describe(error), _stream.bounds)
    _stream.send(requests.KIND_REPLY, data)


def warm_up() -> None:
    """Run what every child runs, so that the zygote's pages hold specialised code and filled caches."""
    steps: list[tuple[Any, ...]] = [
        ("f", [3, [1, "a"]], {}, "", 0, (0,), []),
        ("f", [[2]], {}, "x", 0, (), []),
        ("missing", [], {}, "", 0, (), []),
    ]
    for _ in range(20):
        runner = Runner()
        encode(runner.load("import math\ndef f(x, y=None):\n    return [x, y, 0.5]\n"), _stream.bounds)
        for step in steps:
            encode(runner.step(step), _stream.bounds)
        marshal.loads(marshal.dumps(("call", b"12345678", steps), requests.MARSHAL_VERSION))
    del sys.modules[PROGRAM_NAME]


def serve() -> None:
    """Set up the world, load one program, then answer requests until the channel closes. Does not return."""
    _, _stream.nonce, source, bounds, fixture = _stream.receive()
    _stream.bounds = Bounds(*bounds)
    try:
        if fixture:
            world.set_up(**fixture)
    except Exception as error:
        _answer((requests.NO_WORLD, f"{type(error).__name__}: {error}"[:_MAX_MESSAGE]))
        return
    runner = Runner()
    _answer(runner.load(source))
    while True:
        _, _stream.nonce, steps = _stream.receive()
        for step in steps:
            _answer(runner.step(step))
