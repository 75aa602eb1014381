"""From what a case gave to a verdict: steps in order, the first failure decides, then effects.

A step's own code never takes part: values are compared as data, exceptions by the builtin classes in their
MRO, effects by what the supervisor saw. Checkers run in a task child, over plain values, after the program
ended.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from codearena_ray.grading.cases import Execution, Outcome
from codearena_ray.grading.compare import equal_mutations, equal_values
from codearena_ray.grading.shown import show_case, show_value
from codearena_ray.sandbox import Observed, Opaque, Reply, Slot, plain
from codearena_ray.types import CaseResult, Comparator, Effects, Limits, Step, Task, TestCase, Verdict

MAX_ERROR_CHARS = 600

_CLASS_OF = {
    Verdict.WRONG: "WrongAnswer",
    Verdict.TIMEOUT: "Timeout",
    Verdict.MEMORY: "MemoryLimit",
    Verdict.CRASHED: "Crashed",
    Verdict.PROTOCOL: "Protocol",
    Verdict.RAISED: "Exception",
    Verdict.NOT_RUN: "NotRun",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict of one case and where it fell."""

    verdict: Verdict
    step: int = 0
    """Index of the deciding step."""
    reply: Reply | None = None
    """What that step gave."""
    effect: str = ""
    """The effect that was missed, in words."""


Checks = Mapping[tuple[int, int], bool]
"""What the task's checker said of (case index, step index)."""


def find_verdicts(execution: Execution, comparator: Comparator, *, checks: Checks) -> tuple[Finding, ...]:
    """Return the finding of every case of a group.

    Args:
        execution: What the group gave.
        comparator: The task's comparator.
        checks: The checker's answers, from `run_checker`; empty for other comparators.
    """
    return tuple(
        _find(outcome, comparator, {step: ok for (case, step), ok in checks.items() if case == index})
        for index, outcome in enumerate(execution.outcomes)
    )


def _find(outcome: Outcome, comparator: Comparator, checks: Mapping[int, bool]) -> Finding:
    if not outcome.replies:
        return Finding(Verdict.NOT_RUN)
    for index, (step, reply) in enumerate(zip(outcome.case.steps, outcome.replies, strict=True)):
        verdict = _step_verdict(step, reply, comparator, checks.get(index))
        if verdict is not Verdict.PASS:
            return Finding(verdict, index, reply)
    missed = missed_effect(outcome.case.effects, outcome.observed)
    return Finding(Verdict.WRONG if missed else Verdict.PASS, len(outcome.case.steps) - 1, effect=missed)


def _step_verdict(step: Step, reply: Reply, comparator: Comparator, checked: bool | None) -> Verdict:
    if reply.kind == "dead":
        return reply.death or Verdict.NOT_RUN
    if reply.kind == "raised":
        if step.raises and step.raises in reply.raised:
            return Verdict.PASS
        return Verdict.MEMORY if "MemoryError" in reply.raised else Verdict.RAISED
    if step.raises or (reply.kind == "bound") != bool(step.bind):
        return Verdict.WRONG
    if not equal_mutations(step, reply.args_after, comparator=comparator):
        return Verdict.WRONG
    if step.bind or not step.check:
        return Verdict.PASS
    if comparator.kind == "checker":
        return Verdict.PASS if checked is True else Verdict.WRONG
    same = equal_values(step.expect, reply.value, comparator=comparator)
    return Verdict.PASS if same else Verdict.WRONG


def missed_effect(effects: Effects | None, observed: Observed | None) -> str:
    """Return which declared effect was not observed, in words; empty if none is missing."""
    if effects is None:
        return ""
    if observed is None:
        return "nothing was observed"
    for path, content in effects.files.items():
        if observed.files.get(path) != content:
            found = "missing or unreadable" if observed.files.get(path) is None else "different"
            return f"file {path!r} is {found}" if content is not None else f"file {path!r} must not exist"
    if effects.spawns is not None and tuple(observed.spawns) != tuple(effects.spawns):
        return (
            f"programs started: {show_value(list(observed.spawns))}, not {show_value(list(effects.spawns))}"
        )
    if effects.stdout is not None and observed.stdout != effects.stdout:
        return f"output was {show_value(observed.stdout)}, not {show_value(effects.stdout)}"
    return ""


def run_checker(slot: Slot, task: Task, execution: Execution, *, limits: Limits) -> Checks:
    """Return what the task's checker says of every result that needs it; runs in a task child of its own.

    A checker that raises, dies or returns anything but True rejects the result: whoever wrote the program
    chose what it returned.

    Args:
        slot: A free slot.
        task: The task with `checker`.
        execution: What the program gave.
        limits: For the whole group.

    Raises:
        SandboxError: the slot failed.
    """
    wanted: list[tuple[tuple[int, int], Step]] = []
    for index, outcome in enumerate(execution.outcomes):
        for position, (step, reply) in enumerate(zip(outcome.case.steps, outcome.replies, strict=False)):
            if step.bind or step.raises or not step.check or reply.kind != "value":
                continue
            try:
                value = plain(reply.value)
            except (ValueError, RecursionError):
                continue
            wanted.append(((index, position), Step(call="check", args=(step.args, value))))
    if not wanted:
        return {}
    with slot.open(task.checker, limits=limits) as session:
        replies = session.call([step for _, step in wanted])
    return {
        place: reply.ok and reply.value is True for (place, _), reply in zip(wanted, replies, strict=True)
    }


def case_results(
    cases: Sequence[TestCase], findings: Sequence[Finding], execution: Execution, *, show: bool
) -> tuple[CaseResult, ...]:
    """Return the rows of a group.

    Args:
        cases: The group.
        findings: Its findings, in order.
        execution: What it gave.
        show: True for visible cases: adds the call, the expected and the actual value as text.
    """
    rows = []
    for case, finding, outcome in zip(cases, findings, execution.outcomes, strict=True):
        row = CaseResult(case.id, finding.verdict, outcome.cpu_s)
        if show:
            expected, actual = _shown(case, finding)
            row = replace(row, call=show_case(case, upto=finding.step), expected=expected, actual=actual)
        rows.append(row)
    return tuple(rows)


def _shown(case: TestCase, finding: Finding) -> tuple[str, str]:
    step = case.steps[finding.step]
    if finding.effect:
        return "the declared effects", finding.effect
    expected = f"raises {step.raises}" if step.raises else show_value(step.expect)
    if not step.raises and (step.bind or not step.check):
        expected = "no exception"
    if step.mutates and not step.raises:
        expected += f", arguments then {show_value(list(step.args_after))}"
    if finding.verdict is Verdict.PASS:
        return expected, expected
    return expected, _actual(step, finding)


def _actual(step: Step, finding: Finding) -> str:
    reply = finding.reply
    if reply is None or reply.kind == "dead":
        return {
            Verdict.TIMEOUT: "no answer within the time limit",
            Verdict.MEMORY: "out of memory",
            Verdict.CRASHED: "the process ended",
            Verdict.PROTOCOL: "no valid answer",
        }.get(finding.verdict, "not run")
    if reply.kind == "raised":
        return f"raised {reply.message[:MAX_ERROR_CHARS]}"
    text = show_value(reply.value) if reply.kind == "value" else show_value(Opaque("bound"))
    return text + (f", arguments then {show_value(list(reply.args_after))}" if step.mutates else "")


@dataclass(frozen=True, slots=True)
class Problem:
    """The first failure, as far as the agent may know it."""

    error_class: str = ""
    line: int = 0
    text: str = ""


def describe_load(loaded: Reply) -> Problem:
    """Return the problem of a program that did not load."""
    if loaded.kind == "raised":
        return Problem(error_name(loaded), loaded.line, loaded.message[:MAX_ERROR_CHARS])
    verdict = loaded.death or Verdict.CRASHED
    return Problem(_CLASS_OF[verdict], 0, "the program did not finish loading")


def describe_visible(cases: Sequence[TestCase], findings: Sequence[Finding]) -> Problem:
    """Return the problem of the first visible case that failed; empty if none did."""
    for case, finding in zip(cases, findings, strict=True):
        if finding.verdict is Verdict.PASS:
            continue
        reply = finding.reply
        if reply is not None and reply.kind == "raised":
            return Problem(error_name(reply), reply.line, reply.message[:MAX_ERROR_CHARS])
        expected, actual = _shown(case, finding)
        call = show_case(case, upto=finding.step)
        text = f"{call} gave {actual}, expected {expected}"
        return Problem(_CLASS_OF[finding.verdict], 0, text[:MAX_ERROR_CHARS])
    return Problem()


def describe_hidden(findings: Sequence[Finding]) -> Problem:
    """Return the problem of the first hidden case that failed: its kind of verdict and nothing else."""
    for finding in findings:
        if finding.verdict is not Verdict.PASS:
            return Problem(_CLASS_OF[finding.verdict])
    return Problem()


def error_name(reply: Reply) -> str:
    """Return the builtin exception class that a reply names; `Exception` if it names none."""
    for name in reply.raised:
        found = getattr(builtins, name, None) if name.isidentifier() else None
        if isinstance(found, type) and issubclass(found, BaseException):
            return name
    return "Exception"
