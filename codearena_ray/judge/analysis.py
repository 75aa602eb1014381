"""The supervisor's side of the analyser process: one request at a time, restarted on death, timeout, age."""

from __future__ import annotations

import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codearena_ray.errors import JudgeError

MAX_REQUESTS = 2_000
"""A process is replaced after so many programs, whatever it leaks."""
MAX_ANSWER_BYTES = 1 << 20
REQUEST_S = 10.0
"""A program that takes the tools longer is at fault itself."""
START_S = 60.0


class AnalyserDied(Exception):
    """The process ended, or had to be ended, over one program."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What static tools found in one program."""

    parses: bool
    defined: frozenset[str] = frozenset()
    issues: dict[str, tuple[int, float]] = field(default_factory=dict)
    """Bandit test to (count, weight of one)."""
    messages: dict[str, int] = field(default_factory=dict)
    """Pyflakes message to count."""
    complexity: int = 0
    lines: int = 0
    """Statements."""
    stripped: str = ""
    """The program without comments and docstrings, cut to a limit."""


class Analyser:
    """Owns at most one analyser process. Thread-safe."""

    def __init__(self) -> None:
        self.restarts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._requests = 0
        self._lock = threading.Lock()

    def analyse(self, code: str, *, deadline_s: float) -> Analysis:
        """Return what the tools find.

        Args:
            code: The program.
            deadline_s: Seconds to wait, for other callers too.

        Raises:
            AnalyserDied: the process did not survive this program, or took too long over it.
            JudgeError: no process could be started, or other callers took all the time.
        """
        until = time.monotonic() + deadline_s
        if not self._lock.acquire(timeout=max(0.0, deadline_s)):
            raise JudgeError(f"the static judge was busy for {deadline_s:g} s")
        try:
            fresh = self._ready()
            patience = min(until - time.monotonic(), START_S if fresh else REQUEST_S)
            if patience <= 0:
                raise JudgeError(f"the static judge was busy for {deadline_s:g} s")
            return _parse(self._exchange(code, patience))
        except AnalyserDied as error:
            if time.monotonic() >= until:
                raise JudgeError(f"the static judge gave no answer within {deadline_s:g} s") from error
            raise
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the process. Idempotent."""
        with self._lock:
            self._stop()

    def _ready(self) -> bool:
        """Make sure that there is a process; returns whether it has yet to load its tools."""
        if self._process is not None and self._requests < MAX_REQUESTS and self._process.poll() is None:
            return False
        if self._process is not None:
            self.restarts += 1
        self._stop()
        script = Path(__file__).with_name("analyser.py")
        path = os.pathsep.join(entry for entry in sys.path if entry)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-B", str(script)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PYTHONPATH": path},
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise JudgeError(f"the static judge did not start: {error}") from error
        self._requests = 0
        return True

    def _exchange(self, code: str, patience_s: float) -> dict[str, Any]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise JudgeError("the static judge has no process")
        self._requests += 1
        body = json.dumps({"code": code}).encode("ascii")
        until = time.monotonic() + patience_s
        try:
            _write(process.stdin.fileno(), struct.pack("<I", len(body)) + body, until)
            (size,) = struct.unpack("<I", _read(process.stdout.fileno(), 4, until))
            if size > MAX_ANSWER_BYTES:
                raise AnalyserDied("answer too large")
            answer: dict[str, Any] = json.loads(_read(process.stdout.fileno(), size, until))
        except (AnalyserDied, OSError, ValueError) as error:
            self.restarts += 1
            self._stop()
            raise AnalyserDied(str(error)) from error
        return answer

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue


def _write(fd: int, data: bytes, until: float) -> None:
    os.set_blocking(fd, False)
    view = memoryview(data)
    while view:
        _, ready, _ = select.select([], [fd], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise AnalyserDied("took no request in time")
        view = view[os.write(fd, view[: 1 << 16]) :]


def _read(fd: int, size: int, until: float) -> bytes:
    chunks: list[bytes] = []
    while size:
        ready, _, _ = select.select([fd], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise AnalyserDied("gave no answer in time")
        chunk = os.read(fd, size)
        if not chunk:
            raise AnalyserDied("ended")
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)


def _parse(answer: dict[str, Any]) -> Analysis:
    if not answer.get("parses"):
        return Analysis(parses=False)
    return Analysis(
        parses=True,
        defined=frozenset(answer["defined"]),
        issues={test: (int(count), float(weight)) for test, (count, weight) in answer["issues"].items()},
        messages={name: int(count) for name, count in answer["messages"].items()},
        complexity=int(answer["complexity"]),
        lines=int(answer["lines"]),
        stripped=str(answer["stripped"]),
    )
