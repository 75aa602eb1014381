"""The static judge: security and quality from pyflakes, bandit and radon, relative to the task's reference.

What the reference needs is free: its imports, its calls, its complexity. Comments, docstrings, names and
layout count for nothing, `# nosec` has no effect, and a program that does not define what the task asks for
is worth nothing, however clean it is. On correctness this judge abstains: tests say that better.
"""

from __future__ import annotations

import time
from dataclasses import replace

from codearena_ray.bounded_map import BoundedMap
from codearena_ray.errors import JudgeError
from codearena_ray.judge.analysis import Analyser, AnalyserDied, Analysis
from codearena_ray.judge.protocol import verdict_key
from codearena_ray.types import JudgeVerdict, Task

MAX_CODE_CHARS = 1 << 18
"""Longer programs are not analysed and score nothing."""

_SERIOUS = frozenset({"UndefinedName", "UndefinedLocal", "ReturnOutsideFunction", "DuplicateArgument"})
_SERIOUS_COST = 0.3
_MINOR_COST = 0.1
_COMPLEXITY_FREE = 5
"""Cyclomatic complexity beyond the reference's that costs nothing."""
_COMPLEXITY_COST = 0.02
_LENGTH_FREE = 2.0
"""Times the reference's statements that cost nothing, and ten statements more."""
_LENGTH_COST = 0.01
_UNREADABLE = JudgeVerdict(correctness=None, security=0.0, quality=0.0)


class StaticJudge:
    """Judges by static tools in a process of their own. Thread-safe."""

    def __init__(self) -> None:
        self._analyser = Analyser()
        self._verdicts: BoundedMap[JudgeVerdict] = BoundedMap(50_000)
        self._references: BoundedMap[Analysis] = BoundedMap(5_000)

    @property
    def axes(self) -> frozenset[str]:
        """Security and quality."""
        return frozenset({"security", "quality"})

    def judge(self, task: Task, code: str, *, deadline_s: float) -> JudgeVerdict:
        """Return security and quality of a program, each in [0, 1]; see `Judge.judge`."""
        key = verdict_key(task, code)
        known = self._verdicts.get(key)
        if known is not None:
            return replace(known, cached=True)
        start = time.monotonic()
        verdict = self._verdict(task, code, start + deadline_s)
        verdict = JudgeVerdict(
            correctness=None,
            security=verdict.security,
            quality=verdict.quality,
            judge_s=time.monotonic() - start,
        )
        return self._verdicts.keep_first(key, verdict)

    def close(self) -> None:
        """End the analyser process."""
        self._analyser.close()

    @property
    def restarts(self) -> int:
        """How often the analyser process was replaced."""
        return self._analyser.restarts

    def _verdict(self, task: Task, code: str, until: float) -> JudgeVerdict:
        if len(code) > MAX_CODE_CHARS:
            return _UNREADABLE
        reference = self._reference(task, until)
        try:
            return score_analysis(task, self._analyse(code, until), reference)
        except AnalyserDied:
            self._sound(task.reference_code, until)  # the machine works, so a second death is the program's
        try:
            return score_analysis(task, self._analyse(code, until), reference)
        except AnalyserDied:
            return _UNREADABLE

    def _reference(self, task: Task, until: float) -> Analysis:
        key = verdict_key(task, task.reference_code)
        known = self._references.get(key)
        if known is not None:
            return known
        return self._references.keep_first(key, self._sound(task.reference_code, until))

    def _sound(self, code: str, until: float) -> Analysis:
        """Return the analysis of a program that is known to be harmless.

        Raises:
            JudgeError: even that fails, so the machine is at fault.
        """
        try:
            return self._analyse(code, until)
        except AnalyserDied as error:
            raise JudgeError(f"the static judge failed on a task's reference: {error}") from error

    def _analyse(self, code: str, until: float) -> Analysis:
        return self._analyser.analyse(code, deadline_s=until - time.monotonic())


def score_analysis(task: Task, found: Analysis, reference: Analysis) -> JudgeVerdict:
    """Return the verdict that follows from what the tools found.

    Args:
        task: Its entry points must be defined.
        found: Of the program.
        reference: Of the task's reference.
    """
    if not found.parses or not set(task.entry_points) <= found.defined:
        return _UNREADABLE
    return JudgeVerdict(
        correctness=None, security=_security(found, reference), quality=_quality(found, reference)
    )


def _security(found: Analysis, reference: Analysis) -> float:
    cost = 0.0
    for test, (count, weight) in found.issues.items():
        cost += weight * max(0, count - reference.issues.get(test, (0, 0.0))[0])
    return round(max(0.0, 1.0 - cost), 3)


def _quality(found: Analysis, reference: Analysis) -> float:
    cost = 0.0
    for name, count in found.messages.items():
        more = max(0, count - reference.messages.get(name, 0))
        cost += more * (_SERIOUS_COST if name in _SERIOUS else _MINOR_COST)
    cost += _COMPLEXITY_COST * max(0, found.complexity - reference.complexity - _COMPLEXITY_FREE)
    cost += _LENGTH_COST * max(0.0, found.lines - _LENGTH_FREE * reference.lines - 10)
    return round(max(0.0, 1.0 - cost), 3)
