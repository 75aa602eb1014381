"""Proofs: what a task claims about its reference and its bug, shown in the sandbox.

A reference passes every case under several hash seeds with time to spare. A bug fails a hidden case, the
same cases every time; or it passes all of them and is slow where the reference is fast. A verdict that a
limit decides counts only if five times the limit decides it the same way.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from codearena_ray.grading.normalise import code_hash
from codearena_ray.grading.program import MeasureEfficiency, case_limits, grade_program
from codearena_ray.sandbox import Session, Slot
from codearena_ray.sandbox.wire import Bounds
from codearena_ray.types import CaseResult, Category, Fixture, Limits, RunReport, Task, Verdict

HASH_SEEDS = (0, 1, 2)
"""Hash seeds of the repeated runs; each costs a slot one zygote, once."""
MIN_HIDDEN_CASES = 8
SLOW_EFFICIENCY = 0.3
FAST_EFFICIENCY = 0.9
PERFORMANCE = "performance"
"""Bug type of programs that are right and slow."""
PASSES_ALL = "passes every hidden case"
_LIMIT_VERDICTS = (Verdict.TIMEOUT, Verdict.MEMORY)
_GREY_LOW, _GREY_HIGH = 0.2, 5.0


@dataclass(frozen=True, slots=True)
class Proof:
    """What running a program showed."""

    why: str = ""
    """Why the claim does not hold; empty if it does."""
    cpu_s: float = 0.0
    """CPU of the slowest case."""
    hidden_failed: int = 0
    visible_failed: int = 0
    efficiency: float | None = None
    error_class: str = ""


class _SeededSlot(Slot):
    """A slot whose children get a hash seed of our choice; what it runs on belongs to the slot it wraps."""

    def __init__(self, slot: Slot, hash_seed: int) -> None:
        self.slot = slot
        self.hash_seed = hash_seed

    def open(
        self,
        code: str,
        *,
        limits: Limits,
        fixture: Fixture | None = None,
        hash_seed: int = 0,
        bounds: Bounds | None = None,
    ) -> Session:
        """Open a session under the chosen hash seed."""
        seed = hash_seed or self.hash_seed
        return self.slot.open(code, limits=limits, fixture=fixture, hash_seed=seed, bounds=bounds)


def _grade(slot: Slot, task: Task, code: str, *, hash_seed: int) -> RunReport:
    return grade_program(_SeededSlot(slot, hash_seed), task, code)


def _verdicts(report: RunReport) -> tuple[Verdict, ...]:
    """Return the verdicts of both groups, each up to the first case that a limit ended.

    Which limit ends an endless program is chance, and so is what follows: after a timeout nothing runs, after
    running out of memory the next case may.
    """
    return tuple(itertools.chain(_decided(report.visible), _decided(report.hidden)))


def _decided(group: Sequence[CaseResult]) -> Iterator[Verdict]:
    for case in group:
        if case.verdict in _LIMIT_VERDICTS:
            yield Verdict.TIMEOUT
            return
        yield case.verdict


def prove_reference(slot: Slot, task: Task, *, measure: MeasureEfficiency | None) -> Proof:
    """Return the proof that a task's reference passes every case under every hash seed, in time.

    Args:
        slot: A free slot.
        task: The task; its measured metadata are ignored.
        measure: How to measure efficiency where the task has a scaling generator; None leaves it out.

    Raises:
        SandboxError: the slot failed.
    """
    task = replace(task, validation={})
    cpu_s = 0.0
    for seed in HASH_SEEDS:
        report = _grade(slot, task, task.reference_code, hash_seed=seed)
        for case in (*report.visible, *report.hidden):
            cpu_s = max(cpu_s, case.cpu_s)
            if case.verdict is not Verdict.PASS:
                told = f" ({report.error_text[:200]})" if report.error_text else ""
                return Proof(
                    f"the reference fails case {case.case}: {case.verdict} under hash seed {seed}{told}"
                )
    if cpu_s > _GREY_LOW * task.limits.cpu_s:
        return Proof(
            f"the reference needs {cpu_s:.3f} s of {task.limits.cpu_s:g} s for a case; raise cpu_s", cpu_s
        )
    if measure is None or task.scaling is None:
        return Proof(cpu_s=cpu_s)
    score = measure(slot, task, task.reference_code).score
    why = "" if score >= FAST_EFFICIENCY else f"the reference's own efficiency is {score:g}"
    return Proof(why, cpu_s, efficiency=score)


def prove_bug(slot: Slot, task: Task, *, measure: MeasureEfficiency | None) -> Proof:
    """Return the proof that a task's program is wrong, or correct and slow, every time it runs.

    Args:
        slot: A free slot.
        task: The task; `validation["reference_cpu_s"]` decides its limits.
        measure: How to measure a program that passes every case; None: such a program is no bug.

    Raises:
        SandboxError: the slot failed.
    """
    code = task.buggy_code
    report = _grade(slot, task, code, hash_seed=HASH_SEEDS[0])
    if report.compiles is (task.category is Category.SYNTAX):
        return Proof(
            "a syntax bug that parses" if report.compiles else "does not parse, but is no syntax bug"
        )
    hidden_failed = sum(case.verdict is not Verdict.PASS for case in report.hidden)
    visible_failed = sum(case.verdict is not Verdict.PASS for case in report.visible)
    proof = Proof(
        cpu_s=max((case.cpu_s for case in report.hidden), default=0.0),
        hidden_failed=hidden_failed,
        visible_failed=visible_failed,
        error_class=report.error_class,
    )
    if not report.compiles:
        return proof
    limit = case_limits(task).cpu_s
    if any(case.verdict is Verdict.PASS and case.cpu_s > _GREY_LOW * limit for case in report.hidden):
        return replace(proof, why="passes a case close to the time limit")
    for seed in HASH_SEEDS[1:]:
        if _verdicts(_grade(slot, task, code, hash_seed=seed)) != _verdicts(report):
            return replace(proof, why="fails differently from run to run")
    if hidden_failed == 0:
        return _slow_proof(slot, task, proof, measure)
    if set(_verdicts(report)) & set(_LIMIT_VERDICTS):
        roomy = _grade(slot, _with_room(task), code, hash_seed=HASH_SEEDS[0])
        if _verdicts(roomy) != _verdicts(report):
            return replace(proof, why="a time or memory limit decides")
    return proof


def _slow_proof(slot: Slot, task: Task, proof: Proof, measure: MeasureEfficiency | None) -> Proof:
    if measure is None or task.scaling is None:
        return replace(proof, why=PASSES_ALL)
    score = measure(slot, task, task.buggy_code).score
    why = "" if score <= SLOW_EFFICIENCY else f"passes every hidden case at efficiency {score:g}"
    return replace(proof, why=why, efficiency=score)


def _with_room(task: Task) -> Task:
    """Return the task with five times the CPU and wall limits."""
    limits = case_limits(task)
    wider = replace(limits, cpu_s=_GREY_HIGH * limits.cpu_s, wall_s=_GREY_HIGH * limits.wall_s)
    return replace(task, limits=wider, validation={})


@dataclass(slots=True)
class PackReport:
    """What the validation of a pack found."""

    tasks: int
    families: int
    by_category: Mapping[str, int]
    by_split: Mapping[str, int]
    cwes: Sequence[str]
    canaries: int
    several_bugs: int
    invalid: list[tuple[str, str]] = field(default_factory=list)
    """Task id and what is wrong with it."""


def describe_pack(tasks: Sequence[Task]) -> PackReport:
    """Return the counts of a pack, with what can be seen without running anything."""
    real = [task for task in tasks if not task.is_canary]
    report = PackReport(
        tasks=len(real),
        families=len({task.family_id for task in real}),
        by_category={c.value: sum(t.category is c for t in real) for c in Category},
        by_split={s: sum(t.split == s for t in real) for s in ("train", "dev", "test")},
        cwes=sorted({task.cwe for task in real if task.cwe}, key=lambda cwe: int(cwe.split("-")[1])),
        canaries=len(tasks) - len(real),
        several_bugs=sum(task.n_bugs > 1 for task in real),
    )
    splits: dict[str, str] = {}
    seen: dict[tuple[str, str], str] = {}
    for task in real:
        why = _static_problem(task, splits, seen)
        if why:
            report.invalid.append((task.id, why))
    return report


def _static_problem(task: Task, splits: dict[str, str], seen: dict[tuple[str, str], str]) -> str:
    name = code_hash(task.buggy_code)
    if splits.setdefault(task.family_id, task.split) != task.split:
        return f"its family {task.family_id} is in two splits"
    first = seen.setdefault((task.family_id, name), task.id)
    if first != task.id:
        return f"the same program as {first}"
    if name == code_hash(task.reference_code):
        return "the buggy program is the reference"
    if len(task.hidden_cases) < MIN_HIDDEN_CASES:
        return f"{len(task.hidden_cases)} hidden cases; at least {MIN_HIDDEN_CASES}"
    return ""


def prove_task(
    slot: Slot, task: Task, *, references: dict[str, Proof], measure: MeasureEfficiency | None
) -> str:
    """Return why a task is invalid, or an empty string.

    Args:
        slot: A free slot.
        task: The task.
        references: Proofs of references that were run before; tasks of a family share theirs.
        measure: How to measure efficiency; None takes performance bugs and references at their word.

    Raises:
        SandboxError: the slot failed.
    """
    key = _reference_key(task)
    proof = references.get(key)
    if proof is None:
        proof = references[key] = prove_reference(slot, task, measure=measure)
    if proof.why:
        return proof.why
    bug = prove_bug(slot, task, measure=measure)
    claimed_slow = task.scaling is not None and task.bug_type == PERFORMANCE
    if claimed_slow and measure is None and bug.why == PASSES_ALL:
        return ""
    return bug.why


def _reference_key(task: Task) -> str:
    shared = replace(
        task, id="x", statement="", buggy_code="", category=Category.LOGIC, bug_type="", difficulty=1, cwe="",
        n_bugs=1, fault_lines=(), parent_id="", operator="", seed=0, content_hash="", validation={},
    )  # fmt: skip
    return repr(shared)
