"""Grades one program on one slot: hidden cases first, then the visible ones for feedback, then efficiency.

Hidden and visible cases run in separate children and directories. What the report says of hidden cases is
their verdicts and CPU time; text, lines and class names come from visible cases and from loading the
program alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from codearena_ray.grading.cases import Execution, run_cases
from codearena_ray.grading.integrity import find_flags
from codearena_ray.grading.normalise import code_hash, parse_bounded
from codearena_ray.grading.shown import show_case
from codearena_ray.grading.state import carries_no_state
from codearena_ray.grading.verdicts import (
    Checks,
    Finding,
    Problem,
    case_results,
    describe_hidden,
    describe_load,
    describe_visible,
    find_verdicts,
    run_checker,
)
from codearena_ray.sandbox import Slot
from codearena_ray.types import CaseResult, EfficiencyReport, Limits, RunReport, Task, TestCase, Verdict

GRADER_VERSION = 1
"""Goes into cache keys and rows; raise it when a verdict or an efficiency can come out differently."""

MAX_SOURCE_CHARS = 1 << 20
"""Longer programs are not run at all."""

MIN_CPU_S = 0.05
CPU_FACTOR = 20.0
"""A case may use this many times the CPU that the reference needed for its slowest case."""


class MeasureEfficiency(Protocol):
    """Compares a correct program's CPU with the reference's."""

    def __call__(self, slot: Slot, task: Task, code: str) -> EfficiencyReport:
        """Return the measurement."""
        ...


def case_limits(task: Task) -> Limits:
    """Return the limits of one case: 20 times the reference's CPU if validation measured it, else the task's.

    Args:
        task: `validation["reference_cpu_s"]` is the CPU of the reference's slowest case, in seconds.
    """
    measured = task.validation.get("reference_cpu_s")
    if not isinstance(measured, (int, float)) or not measured > 0:
        return task.limits
    cpu_s = max(MIN_CPU_S, CPU_FACTOR * measured)
    return replace(task.limits, cpu_s=cpu_s, wall_s=min(task.limits.wall_s, max(2.0, CPU_FACTOR * cpu_s)))


@dataclass(frozen=True, slots=True)
class _Group:
    execution: Execution
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        return all(finding.verdict is Verdict.PASS for finding in self.findings)


def grade_program(
    slot: Slot, task: Task, code: str, *, measure: MeasureEfficiency | None = None
) -> RunReport:
    """Return the evidence about one program.

    Args:
        slot: A free slot.
        task: What to run.
        code: Any text.
        measure: How to measure efficiency; None leaves it out.

    Raises:
        SandboxError: the slot failed.
        TaskError: the task itself is malformed.
    """
    start = time.perf_counter()
    name = code_hash(code)
    if len(code) > MAX_SOURCE_CHARS:
        return _refused(
            task, name, f"the program has {len(code)} characters, at most {MAX_SOURCE_CHARS} are run"
        )
    if not code.isascii() and any("\ud800" <= char <= "\udfff" for char in code):
        return _refused(task, name, "the program holds lone surrogates, which no source file can")
    hash_s = time.perf_counter() - start
    hidden = _run_group(slot, task, code, task.hidden_cases)
    visible = _run_group(slot, task, code, task.visible_cases)
    efficiency = None
    if hidden.passed and task.hidden_cases and task.scaling is not None and measure is not None:
        efficiency = measure(slot, task, code)
    total_s = time.perf_counter() - start
    return _report(task, code, name, hidden, visible, efficiency, grade_s=hash_s, sandbox_s=total_s - hash_s)


def _run_group(slot: Slot, task: Task, code: str, cases: Sequence[TestCase]) -> _Group:
    tree = parse_bounded(code)
    execution = run_cases(
        slot,
        code,
        cases,
        limits=case_limits(task),
        fixture=task.fixture,
        share=tree is not None and carries_no_state(tree),
    )
    checks: Checks = {}
    if task.comparator.kind == "checker":
        checks = run_checker(slot, task, execution, limits=task.limits)
    return _Group(execution, find_verdicts(execution, task.comparator, checks=checks))


def _report(
    task: Task,
    code: str,
    name: str,
    hidden: _Group,
    visible: _Group,
    efficiency: EfficiencyReport | None,
    *,
    grade_s: float,
    sandbox_s: float,
) -> RunReport:
    problem = _problem(task, hidden, visible)
    sandbox = hidden.execution.sandbox
    if not sandbox.limit and visible.execution.sandbox.limit:
        sandbox = visible.execution.sandbox
    report = RunReport(
        code_hash=name,
        compiles=hidden.execution.compiles and visible.execution.compiles,
        visible=case_results(task.visible_cases, visible.findings, visible.execution, show=True),
        hidden=case_results(task.hidden_cases, hidden.findings, hidden.execution, show=False),
        efficiency=efficiency,
        error_class=problem.error_class,
        error_line=problem.line,
        error_text=problem.text,
        sandbox=sandbox,
        sandbox_s=sandbox_s,
        grade_s=grade_s,
    )
    return replace(report, integrity=find_flags(task, code, report))


def _problem(task: Task, hidden: _Group, visible: _Group) -> Problem:
    """Return the first failure: of loading, of a visible case, else the kind of the first hidden failure."""
    loaded = (visible if task.visible_cases else hidden).execution.loaded
    if loaded.kind != "value":
        return describe_load(loaded)
    problem = describe_visible(task.visible_cases, visible.findings)
    return problem if problem.error_class else describe_hidden(hidden.findings)


def _refused(task: Task, name: str, why: str) -> RunReport:
    """Return the report of a program that is not run."""
    return failed_report(task, name, Verdict.NOT_RUN, compiles=False, error_class="SyntaxError", text=why)


def failed_report(
    task: Task, name: str, verdict: Verdict, *, compiles: bool, error_class: str, text: str
) -> RunReport:
    """Return a report in which every case has the same failing verdict.

    Args:
        task: Whose cases.
        name: The program's hash.
        verdict: Of every case.
        compiles: Whether the program is known to compile.
        error_class: Name of the failure.
        text: What the agent is told.
    """
    visible = tuple(CaseResult(case.id, verdict, call=show_case(case)) for case in task.visible_cases)
    hidden = tuple(CaseResult(case.id, verdict) for case in task.hidden_cases)
    return RunReport(
        code_hash=name,
        compiles=compiles,
        visible=visible,
        hidden=hidden,
        error_class=error_class,
        error_text=text,
    )
