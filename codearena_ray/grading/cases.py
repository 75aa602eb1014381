"""Runs a program's cases in sandbox children and turns what came back into verdicts.

Every case behaves as if it ran in a fresh child. A program that visibly cannot carry state from one case to
the next (`state.py`) has its plain cases run in one child, which nobody can tell from the outside but by the
time it takes. Cases with a world of their own (fixture, effects) always have a child of their own.

Death is sticky: after a death the rest of the group is not run, in whichever child it would have been.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from codearena_ray.sandbox import Observed, Reply, Session, Slot
from codearena_ray.types import Fixture, Limits, SandboxReport, Step, TestCase, Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one case gave."""

    case: TestCase
    replies: tuple[Reply, ...]
    """One per step; empty if the program did not load."""
    cpu_s: float = 0.0
    observed: Observed | None = None
    """Only for cases that declare effects."""


@dataclass(frozen=True, slots=True)
class Execution:
    """What a group of cases gave."""

    loaded: Reply
    """Of the first child that did not load the program, or of the last one."""
    outcomes: tuple[Outcome, ...]
    sandbox: SandboxReport
    """Of the child that died, or of the last one; CPU summed and memory maximal over all."""

    @property
    def compiles(self) -> bool:
        """True unless Python refused the source."""
        return not (self.loaded.kind == "raised" and "SyntaxError" in self.loaded.raised)


def run_cases(
    slot: Slot,
    code: str,
    cases: Sequence[TestCase],
    *,
    limits: Limits,
    fixture: Fixture | None = None,
    share: bool = False,
) -> Execution:
    """Return what a program did with each case, in order.

    Args:
        slot: A free slot; a session open in it is ended.
        code: The program.
        cases: The group; nothing of another group may be in the same call.
        limits: For each case alone.
        fixture: The world of the cases that have none of their own.
        share: The program cannot carry state, so plain cases may share a child.

    Raises:
        SandboxError: the slot failed.
    """
    run = _GroupRun(slot, code, limits, fixture, share)
    with run:
        outcomes = tuple(run.one(case) for case in cases)
    return Execution(run.loaded, outcomes, run.report)


class _GroupRun:
    """The children of one group: at most one is open."""

    def __init__(self, slot: Slot, code: str, limits: Limits, fixture: Fixture | None, share: bool) -> None:
        self.slot = slot
        self.code = code
        self.limits = limits
        self.fixture = fixture
        self.share = share
        self.loaded = Reply("dead", death=Verdict.NOT_RUN)
        self.report = SandboxReport()
        self.dead = False
        self.refused: list[Fixture | None] = []
        """Worlds in which the program's top level raised: it would raise again."""
        self.session: Session | None = None
        self.started_cpu_s = 0.0

    def __enter__(self) -> _GroupRun:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def one(self, case: TestCase) -> Outcome:
        """Run one case, in the open child or a new one."""
        if self.dead:
            return Outcome(case, ())
        world = case.fixture or self.fixture or (Fixture() if case.effects else None)
        if world in self.refused:
            return Outcome(case, ())
        alone = not self.share or world is not None or case.effects is not None
        if alone or self._worn():
            self.end()
        if self.session is None:
            self.open(world)
        session = self.session
        if session is None:
            return Outcome(case, ())
        before = 0.0 if alone else self.started_cpu_s
        replies = tuple(session.call(case.steps, wall_s=self.limits.wall_s, cpu_s=self.limits.cpu_s))
        after = session.cpu_s()
        self.started_cpu_s = after
        observed = None
        self.dead = any(reply.kind == "dead" for reply in replies)
        if alone or self.dead:
            self.end(files=case.effects.files if case.effects else ())
            observed = session.observed if case.effects else None
        return Outcome(case, replies, max(0.0, after - before), observed)

    def open(self, world: Fixture | None) -> None:
        """Load the program into a new child; leaves none open if that fails."""
        limits = replace(self.limits, wall_s=2 * self.limits.wall_s) if self.share else self.limits
        session = self.session = self.slot.open(self.code, limits=limits, fixture=world)
        self.started_cpu_s = 0.0
        if not self.refused:
            self.loaded = session.loaded
        if session.loaded.kind != "value":
            self.dead = session.loaded.kind == "dead" or "SyntaxError" in session.loaded.raised
            self.refused.append(world)
            self.end()

    def _worn(self) -> bool:
        """Return whether the shared child used so much that the next case would not have its full limits."""
        if self.session is None:
            return False
        return self.session.cpu_s() > min(self.limits.cpu_s / 2, 1.0)

    def end(self, *, files: Iterable[str] = ()) -> None:
        """End the open child and add up its report."""
        if self.session is None:
            return
        report = self.session.finish(files=files)
        self.session = None
        self.report = replace(
            report,
            cpu_s=self.report.cpu_s + report.cpu_s,
            rss_bytes=max(self.report.rss_bytes, report.rss_bytes),
            denied=tuple(dict.fromkeys((*self.report.denied, *report.denied))),
        )


def blank_steps(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps without what they expect, for children that compute it."""
    return tuple(replace(step, expect=None, raises="", args_after=()) for step in steps)
