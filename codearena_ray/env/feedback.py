"""What an observation says about a program: error log, test results, feedback; plain text, cut to limits.

Invariants: of hidden cases only counts are told, never which case, class or line; in the `test` split not
even counts, no efficiency and no hints. The first line of an error log is `{error_class} line {n}: text` or
`{error_class}: text`, the class an identifier, whatever the program wrote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from codearena_ray.config import EnvConfig
from codearena_ray.types import CaseResult, Category, Grade, RunReport, Task, Verdict

MAX_ERROR_CHARS = 2000
MAX_RESULTS_CHARS = 4000
MAX_CASES_LISTED = 20

_CLASS_OF_VERDICT = {
    Verdict.WRONG: "WrongAnswer",
    Verdict.RAISED: "Exception",
    Verdict.TIMEOUT: "Timeout",
    Verdict.MEMORY: "MemoryLimit",
    Verdict.CRASHED: "Crashed",
    Verdict.PROTOCOL: "Protocol",
    Verdict.NOT_RUN: "NotRun",
}
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}\Z")

_KIND_HINTS = {
    Category.SYNTAX: "The defect is in the syntax.",
    Category.LOGIC: "The defect is in the logic: a condition, a bound, an operator or a value.",
    Category.ALGORITHM: "The defect is in the algorithm: how much work is done as inputs grow.",
    Category.TYPE: "The defect is in the types: values of the wrong kind meet.",
    Category.SECURITY: "The defect is in how untrusted input is handled.",
}


@dataclass(frozen=True, slots=True)
class Findings:
    """What an observation says about one program."""

    error_log: str
    test_results: str
    feedback: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the episode stands when feedback is written."""

    steps_taken: int = 0
    best_before: float = 0.0
    repeated: bool = False


def describe_run(
    task: Task, report: RunReport, grade: Grade, *, config: EnvConfig, progress: Progress | None = None
) -> Findings:
    """Return what an agent may know of a run.

    Args:
        task: Its split decides whether hidden counts, efficiency and hints are told.
        report: The evidence.
        grade: Its score.
        config: Limits, and whether hints are given.
        progress: Steps taken and best score so far; None for the buggy program at the start.
    """
    blind = task.split == "test"
    error = error_log(report, grade, blind=blind, needed=config.solved_efficiency)
    return Findings(
        error_log=_cut(error, MAX_ERROR_CHARS),
        test_results=_cut(_test_results(report, blind=blind, config=config), MAX_RESULTS_CHARS),
        feedback=_cut(_feedback(task, report, grade, config, progress, blind), config.max_feedback_chars),
    )


def describe_malformed(before: Findings, problem: str, *, config: EnvConfig) -> Findings:
    """Return the findings after a malformed answer: the program's results stay, the error is the answer's."""
    return Findings(
        error_log=_cut(f"Malformed: {problem}", MAX_ERROR_CHARS),
        test_results=before.test_results,
        feedback=_cut(f"Your answer could not be read: {problem}.", config.max_feedback_chars),
    )


def error_log(report: RunReport, grade: Grade, *, blind: bool = False, needed: float = 0.8) -> str:
    """Return what went wrong, the class and line first; empty for a solved program.

    Args:
        report: The evidence.
        grade: Its score.
        blind: True in the `test` split: what only hidden cases or efficiency show is one and the same line.
        needed: Efficiency from which a task counts as solved.
    """
    if grade.solved:
        return ""
    failing = [case for case in report.visible if case.verdict is not Verdict.PASS]
    if not report.compiles or failing:
        name = report.error_class
        if not name or not _IDENTIFIER.match(name):
            name = _CLASS_OF_VERDICT[failing[0].verdict] if failing else "SyntaxError"
        where = f" line {report.error_line}" if report.error_line > 0 else ""
        return f"{name}{where}: {report.error_text.strip()}"
    if blind:
        return "WrongAnswer: all visible tests pass, yet the task is not solved"
    if not grade.tests_passed:
        return f"WrongAnswer: all visible tests pass, {_hidden_count(report)}"
    return f"Slow: all tests pass, efficiency {_efficiency(report):.1f} of the {needed:.1f} needed"


def _test_results(report: RunReport, *, blind: bool, config: EnvConfig) -> str:
    passed = sum(case.verdict is Verdict.PASS for case in report.visible)
    lines = [f"{passed} of {len(report.visible)} visible tests pass"]
    lines += [f"- {case.case}: {case.verdict.value}" for case in report.visible[:MAX_CASES_LISTED]]
    if not blind:
        lines.append(_hidden_count(report))
        if report.efficiency is not None:
            score, needed = report.efficiency.score, config.solved_efficiency
            lines.append(f"efficiency {score:.1f} of the {needed:.1f} needed")
    return "\n".join(lines)


def _hidden_count(report: RunReport) -> str:
    passed = sum(case.verdict is Verdict.PASS for case in report.hidden)
    return f"{passed} of {len(report.hidden)} hidden tests pass"


def _efficiency(report: RunReport) -> float:
    return report.efficiency.score if report.efficiency is not None else 0.0


def _feedback(
    task: Task, report: RunReport, grade: Grade, config: EnvConfig, progress: Progress | None, blind: bool
) -> str:
    parts: list[str] = []
    if progress is not None and progress.repeated:
        cost = config.penalty_repeat
        parts.append(f"This program is the same as an earlier one, which costs {cost:.2f}: try another idea.")
    failing = [case for case in report.visible if case.verdict is not Verdict.PASS]
    parts += [_failing_case(case, config.max_value_chars) for case in failing[: config.max_failing_shown]]
    if len(failing) > config.max_failing_shown:
        parts.append(f"{len(failing) - config.max_failing_shown} more visible tests fail.")
    if not blind:
        if not report.tests_passed:
            parts.append(f"{_hidden_count(report)}.")
        parts += _efficiency_hint(report, grade)
        if config.hints:
            parts += _hints(task, report, grade, progress)
    return "\n".join(parts)


def _failing_case(case: CaseResult, limit: int) -> str:
    if not case.call:
        return f"Test {case.case}: {case.verdict.value}"
    lines = [f"Test {case.case} ({case.verdict.value}): {_cut(case.call, limit)}"]
    if case.expected:
        lines.append(f"  expected: {_cut(case.expected, limit)}")
    if case.actual:
        lines.append(f"  actual:   {_cut(case.actual, limit)}")
    return "\n".join(lines)


def _efficiency_hint(report: RunReport, grade: Grade) -> list[str]:
    measured = report.efficiency
    if measured is None or grade.solved or not report.tests_passed:
        return []
    hint = f"All tests pass, but the program is slow for inputs of size {measured.sizes[-1]}"
    if measured.slope >= 0.5:
        hint += f": its time grows by about n^{measured.slope:.1f} more than a good solution's"
    return [hint + "."]


def _hints(task: Task, report: RunReport, grade: Grade, progress: Progress | None) -> list[str]:
    """Return advice by how far the program is, and more of it after answers that gained nothing."""
    hints: list[str] = []
    failing = [case for case in report.visible if case.verdict is not Verdict.PASS]
    if not report.compiles:
        hints.append("Nothing runs before the program compiles: fix that first.")
    elif any(case.verdict is Verdict.TIMEOUT for case in failing):
        hints.append("A test ran out of time: look for a loop that does not end or does too much.")
    elif not failing and not grade.tests_passed:
        hints.append("Think of inputs that the visible tests lack: empty, single, negative, repeated, large.")
    if progress is not None and not grade.solved:
        best = progress.best_before
        if grade.score < best - 1e-9:
            hints.append(f"An earlier answer scored more: {best:.2f} against {grade.score:.2f}.")
        if progress.steps_taken >= 2:
            hints.append(_KIND_HINTS[task.category])
    return hints


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 4] + " ..."
