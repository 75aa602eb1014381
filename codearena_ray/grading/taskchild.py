"""Runs task code (references, generators, authored case functions) in a child and returns plain values.

Task code is no more trusted than a program: the same isolation, another child. The supervisor only forwards
values, and a value that is not plain data is an error of the task.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from codearena_ray.errors import TaskError
from codearena_ray.grading.cases import run_cases
from codearena_ray.grading.verdicts import error_name
from codearena_ray.sandbox import Observed, Reply, Slot, plain
from codearena_ray.types import Fixture, Limits, Scaling, Step, TestCase

_DRIVER = """

def codearena_drive(name, seed, args):
    import random
    function = globals()[name]
    return function(*args) if seed is None else function(*args, random.Random(seed))


def codearena_drive_scaling(n, seed, adverse):
    import random
    return list(scaling(n, random.Random(seed), adverse))
"""
_DRIVER_LIMITS = Limits(cpu_s=10.0, wall_s=30.0)


@dataclass(frozen=True, slots=True)
class StepValue:
    """What one step of task code gave, as plain data."""

    kind: str
    """`value`, `bound`, `raised` or `dead`."""
    value: Any = None
    args_after: tuple[Any, ...] = ()
    raised: str = ""
    """Name of the most derived builtin exception class."""
    message: str = ""


@dataclass(frozen=True, slots=True)
class CaseValue:
    """What one case gave when task code ran it."""

    steps: tuple[StepValue, ...]
    """Empty if the code did not load; see `problem`."""
    observed: Observed | None
    """Only for cases with `effects`."""
    cpu_s: float
    """From the fork to the last reply."""
    problem: str = ""
    """Why there are no values, in words."""


def evaluate_cases(
    slot: Slot, code: str, cases: Sequence[TestCase], *, limits: Limits, fixture: Fixture | None = None
) -> list[CaseValue]:
    """Return what task code, usually a reference, gives for each case, each in a fresh child.

    Args:
        slot: A free slot.
        code: The task code.
        cases: What to call; their expectations are ignored. A case with `effects` has its world observed.
        limits: For each case.
        fixture: The world of cases without one of their own.

    Raises:
        SandboxError: the slot failed.
    """
    return [_evaluate(slot, code, case, limits, fixture) for case in cases]


def _evaluate(slot: Slot, code: str, case: TestCase, limits: Limits, fixture: Fixture | None) -> CaseValue:
    execution = run_cases(slot, code, [case], limits=limits, fixture=fixture)
    outcome = execution.outcomes[0]
    if not outcome.replies:
        loaded = execution.loaded
        problem = loaded.message or f"the code did not load: {loaded.death or loaded.kind}"
        return CaseValue((), None, execution.sandbox.cpu_s, problem)
    return CaseValue(tuple(_plain_reply(reply) for reply in outcome.replies), outcome.observed, outcome.cpu_s)


def _plain_reply(reply: Reply) -> StepValue:
    if reply.kind == "raised":
        return StepValue("raised", raised=error_name(reply), message=reply.message)
    if not reply.ok:
        return StepValue("dead", message=str(reply.death.value) if reply.death else "")
    try:
        return StepValue(reply.kind, plain(reply.value), tuple(plain(value) for value in reply.args_after))
    except ValueError as error:
        return StepValue("dead", message=f"the result is not plain data: {error}")


def call_function(
    slot: Slot,
    code: str,
    name: str,
    *,
    args: Sequence[Any] = (),
    seed: int | None = None,
    limits: Limits = _DRIVER_LIMITS,
) -> Any:
    """Return what a function of task code returns, as plain data.

    Args:
        slot: A free slot.
        code: The task code, for example the case functions of a problem.
        name: The function.
        args: Its first arguments.
        seed: If given, the last argument is `random.Random(seed)`.
        limits: For the call.

    Raises:
        TaskError: the function is missing, raises, dies or returns something that is not plain data.
        SandboxError: the slot failed.
    """
    step = Step(call="codearena_drive", args=(name, seed, tuple(args)))
    return _drive(slot, code, [step], name, limits)[0]


def make_inputs(
    slot: Slot, scaling: Scaling, wanted: Sequence[tuple[int, int, bool]], *, limits: Limits = _DRIVER_LIMITS
) -> list[tuple[Any, ...]]:
    """Return the arguments that a scaling generator makes.

    Args:
        slot: A free slot.
        scaling: The generator.
        wanted: One (size, seed, adverse) per input.
        limits: For all of them together.

    Raises:
        TaskError: the generator raises, dies or returns something else than a list of plain values.
        SandboxError: the slot failed.
    """
    steps = [Step(call="codearena_drive_scaling", args=request) for request in wanted]
    return [tuple(args) for args in _drive(slot, scaling.code, steps, "scaling", limits)]


def _drive(slot: Slot, code: str, steps: Sequence[Step], name: str, limits: Limits) -> list[Any]:
    with slot.open(code + _DRIVER, limits=limits) as session:
        if not session.loaded.ok:
            raise TaskError(f"{name}: the task code does not load: {_why(session.loaded)}")
        replies = session.call(steps)
    values = []
    for reply in replies:
        if not reply.ok:
            raise TaskError(f"{name}: {_why(reply)}")
        try:
            values.append(plain(reply.value))
        except ValueError as error:
            raise TaskError(f"{name}: returned something that is not plain data: {error}") from error
    return values


def _why(reply: Reply) -> str:
    where = f" (line {reply.line})" if reply.line else ""
    return f"{reply.message}{where}" if reply.kind == "raised" else f"died: {reply.death}"
