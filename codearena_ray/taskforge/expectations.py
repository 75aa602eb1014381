"""Cases with their expected values: the author's generators and the reference, run in sandbox children.

Every value crosses the sandbox's wire as plain data; nothing an author wrote runs in this process. The same
seed gives the same cases on every machine: `hidden(rng)` sees a `random.Random` whose seed depends on the
family and the build's seed alone, in a child with a fixed hash seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from codearena_ray.errors import TaskError
from codearena_ray.grading.cases import Outcome, run_cases
from codearena_ray.sandbox import Reply, Slot, plain
from codearena_ray.seeding import child_seed
from codearena_ray.taskforge.authoring import Problem
from codearena_ray.taskforge.cases import DraftCase, draft_case
from codearena_ray.types import Limits, Scaling, Step, TestCase

MIN_HIDDEN_CASES = 8
DEFAULT_LIMITS = Limits(cpu_s=0.5, wall_s=5.0, memory_bytes=256 << 20)
"""A hundred times what a usual reference takes; an endless loop costs this much."""
_GENERATOR_LIMITS = Limits(cpu_s=10.0, wall_s=60.0)
_GENERATORS = """

def _generate_visible():
    return visible()


def _generate_hidden(seed):
    import random
    return hidden(random.Random(seed))
"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A problem with complete cases."""

    problem: Problem
    visible: tuple[TestCase, ...]
    hidden: tuple[TestCase, ...]
    limits: Limits
    scaling: Scaling | None


def prepare(problem: Problem, slot: Slot, *, seed: int) -> Prepared:
    """Return a problem's cases with the values that its reference gives.

    Args:
        problem: What the author wrote.
        slot: A free sandbox slot.
        seed: The build's seed.

    Raises:
        TaskError: a generator or the reference failed, disagreed with the author, or gave something that is
            not plain data.
        SandboxError: the slot failed.
    """
    limits = DEFAULT_LIMITS
    if problem.cpu_s:
        limits = replace(limits, cpu_s=problem.cpu_s, wall_s=max(limits.wall_s, 5 * problem.cpu_s))
    if problem.memory_mb:
        limits = replace(limits, memory_bytes=problem.memory_mb << 20)
    visible, hidden = _generate(problem, slot, child_seed(seed, "cases", problem.family_id))
    if len(hidden) < MIN_HIDDEN_CASES and not problem.few_cases:
        raise _wrong(
            problem, f"{len(hidden)} hidden cases; at least {MIN_HIDDEN_CASES}, or say why in few_cases"
        )
    if not 1 <= len(visible) <= 6:
        raise _wrong(problem, f"{len(visible)} visible cases; 2 to 4 are usual")
    scaling = None
    if problem.sizes:
        scaling = Scaling(problem.scaling, problem.entry_points[0], problem.sizes)
    return Prepared(
        problem=problem,
        visible=_complete(problem, slot, limits, visible),
        hidden=_complete(problem, slot, limits, hidden),
        limits=limits,
        scaling=scaling,
    )


def _wrong(problem: Problem, what: str, *, cell: str = "cases") -> TaskError:
    return TaskError(f"{problem.path}:{problem.lines.get(cell, 1)}: {what}")


def _generate(problem: Problem, slot: Slot, seed: int) -> tuple[list[DraftCase], list[DraftCase]]:
    with slot.open(problem.cases + _GENERATORS, limits=_GENERATOR_LIMITS) as session:
        if session.loaded.kind != "value":
            raise _wrong(problem, f"the cases cell does not load: {_told(session.loaded)}")
        replies = session.call([Step("_generate_visible"), Step("_generate_hidden", args=(seed,))])
    groups: list[list[DraftCase]] = []
    for name, reply in zip(("visible", "hidden"), replies, strict=True):
        if reply.kind != "value":
            raise _wrong(problem, f"{name} failed: {_told(reply)}")
        try:
            raw = plain(reply.value)
            if not isinstance(raw, list | tuple):
                raise TaskError(f"must return a list, got {type(raw).__name__}")
            drafts = [
                draft_case(item, case_id=f"{name[0]}{i + 1:02d}", default_call=problem.entry_points[0])
                for i, item in enumerate(raw)
            ]
        except (TaskError, ValueError) as error:
            raise _wrong(problem, f"{name}: {error}") from error
        groups.append(drafts)
    return groups[0], groups[1]


def _told(reply: Reply) -> str:
    return reply.message if reply.kind == "raised" else f"it died ({reply.death})"


def _complete(
    problem: Problem, slot: Slot, limits: Limits, drafts: Sequence[DraftCase]
) -> tuple[TestCase, ...]:
    """Run the reference on each case in a child of its own and fill in what came back."""
    execution = run_cases(slot, problem.reference, [draft.case for draft in drafts], limits=limits)
    if execution.loaded.kind != "value":
        why = f"the reference does not load: {_told(execution.loaded)}"
        raise _wrong(problem, why, cell="reference")
    return tuple(_filled(problem, d, o) for d, o in zip(drafts, execution.outcomes, strict=True))


def _filled(problem: Problem, draft: DraftCase, outcome: Outcome) -> TestCase:
    where = f"case {draft.case.id}"
    if len(outcome.replies) != len(draft.case.steps):
        raise _wrong(problem, f"{where}: the reference did not run")
    steps: list[Step] = []
    for step, reply, given in zip(draft.case.steps, outcome.replies, draft.given, strict=True):
        try:
            steps.append(_expected(problem, step, reply, given))
        except (TaskError, ValueError) as error:
            raise _wrong(problem, f"{where}: {step.call}: {error}") from error
    return replace(draft.case, steps=tuple(steps))


def _expected(problem: Problem, step: Step, reply: Reply, given: bool) -> Step:
    if reply.kind == "dead":
        raise TaskError(f"the reference died: {reply.death}")
    if reply.kind == "raised":
        if not given:
            return replace(step, raises=_public_name(reply))
        if not step.raises or step.raises not in reply.raised:
            raise TaskError(
                f"the author expects {step.raises or 'a result'}, the reference raised {reply.message}"
            )
        return step
    if step.raises:
        raise TaskError(f"the author expects {step.raises}, the reference returned")
    after = tuple(plain(value) for value in reply.args_after)
    if step.bind or not step.check or given:
        return replace(step, args_after=after)
    value: Any = plain(reply.value)
    return replace(step, expect=[value] if problem.comparator.kind == "any_of" else value, args_after=after)


def _public_name(reply: Reply) -> str:
    """Return the builtin exception that stands for what was raised."""
    name = reply.raised[0] if reply.raised else "Exception"
    if name in ("BaseException", "SystemExit", "KeyboardInterrupt", "MemoryError", "RecursionError"):
        raise TaskError(f"the reference raised {reply.message}; a case can't expect that")
    if name in ("NameError", "UnboundLocalError", "SyntaxError", "ImportError", "ModuleNotFoundError"):
        raise TaskError(f"the reference is broken: {reply.message}")
    return name
