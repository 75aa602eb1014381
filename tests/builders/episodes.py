"""Hand-made tasks, reports and answers for tests of the rules of an episode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from codearena_ray.config import EnvConfig
from codearena_ray.env.arena import Arena, ArenaStep, Request, Result, RunRequest
from codearena_ray.errors import InfrastructureError
from codearena_ray.grading.normalise import code_hash
from codearena_ray.types import (
    CaseResult,
    Category,
    EfficiencyReport,
    JudgeVerdict,
    RunReport,
    Scaling,
    Step,
    Task,
    TestCase,
    Verdict,
)

BUGGY = "def double(value):\n    return value + 1\n"
HALF = "def double(value):\n    return value + 2\n"
WORSE = "def double(value):\n    return None\n"
FIXED = "def double(value):\n    return value * 2\n"


def make_case(case_id: str, argument: int) -> TestCase:
    return TestCase(id=case_id, steps=(Step(call="double", args=(argument,), expect=2 * argument),))


def make_task(**changes: Any) -> Task:
    """Return a task without scaling: compile weighs 0.3, tests 0.7 where there is no judge."""
    fields: dict[str, Any] = {
        "id": "double-1",
        "statement": "Return twice the value.",
        "entry_points": ("double",),
        "buggy_code": BUGGY,
        "reference_code": FIXED,
        "visible_cases": (make_case("v0", 1), make_case("v1", 3)),
        "hidden_cases": tuple(make_case(f"h{i}", i + 4) for i in range(10)),
        "category": Category.LOGIC,
        "bug_type": "operator",
        "family_id": "double",
        "split": "train",
        "content_hash": "hash-double-1",
    }
    return Task(**{**fields, **changes})


def scaled_task(**changes: Any) -> Task:
    """Return a task where efficiency applies."""
    scaling = Scaling(code="def scaling(n, rng, adverse): return [n]", entry_point="double", sizes=(10, 100))
    return make_task(scaling=scaling, **changes)


def make_report(
    *,
    hidden: int = 10,
    visible: int = 2,
    efficiency: float | None = None,
    compiles: bool = True,
    **changes: Any,
) -> RunReport:
    """Return a report in which so many of 10 hidden and 2 visible cases pass."""
    shown = []
    for i in range(2):
        passed = i < visible
        shown.append(
            CaseResult(
                case=f"v{i}",
                verdict=Verdict.PASS if passed else Verdict.WRONG,
                call=f"double({2 * i + 1})",
                expected=str(4 * i + 2),
                actual=str(4 * i + 2) if passed else "99",
            )
        )
    fields: dict[str, Any] = {
        "code_hash": "of-the-report",
        "compiles": compiles,
        "visible": tuple(shown),
        "hidden": tuple(
            CaseResult(case=f"h{i}", verdict=Verdict.PASS if i < hidden else Verdict.WRONG) for i in range(10)
        ),
        "error_class": "" if visible == 2 else "WrongAnswer",
        "error_text": "" if visible == 2 else "double(3) gave 99",
    }
    if efficiency is not None:
        fields["efficiency"] = EfficiencyReport((10, 100), (0.1, 1.0), (0.1, 0.1), 1.0, efficiency)
    return RunReport(**{**fields, **changes})


REPORTS: dict[str, RunReport] = {
    BUGGY: make_report(hidden=2, visible=1),
    HALF: make_report(hidden=5, visible=1),
    WORSE: make_report(hidden=0, visible=0),
    FIXED: make_report(),
}
"""Scores without a judge: BUGGY 0.3 + 0.7 * 0.2 = 0.44, HALF 0.65, WORSE 0.3, FIXED 1."""


def full(code: str) -> str:
    return f"```python\n{code}```"


def resolve(
    requests: Sequence[Request],
    *,
    reports: Mapping[str, RunReport] = REPORTS,
    verdict: JudgeVerdict | None = None,
    fail: Mapping[str, InfrastructureError] | None = None,
) -> dict[str, Result]:
    """Return the results of requests from a table of programs; layout does not matter."""
    by_hash = {code_hash(code): report for code, report in reports.items()}
    results: dict[str, Result] = {}
    for request in requests:
        if fail and request.key in fail:
            results[request.key] = fail[request.key]
        elif isinstance(request, RunRequest):
            results[request.key] = by_hash[code_hash(request.code)]
        else:
            results[request.key] = verdict or JudgeVerdict(None, 1.0, 1.0)
    return results


def begin(arena: Arena, **kwargs: Any) -> ArenaStep:
    return arena.receive(resolve(arena.start(), **kwargs))


def play(arena: Arena, text: str, *, agent: str = "fixer_0", **kwargs: Any) -> ArenaStep:
    return arena.receive(resolve(arena.submit({agent: text}), **kwargs))


def make_arena(task: Task | None = None, *, scenario: str = "solo", **config: Any) -> Arena:
    return Arena(task or make_task(), scenario=scenario, config=EnvConfig(**config))
