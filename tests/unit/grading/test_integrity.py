from __future__ import annotations

import pytest
from builders.hand_tasks import SUM, SUM_BUG, hand_task

from codearena_ray.grading.integrity import find_flags
from codearena_ray.types import CaseResult, RunReport, SandboxReport, Step, TestCase, Verdict

VISIBLE = (TestCase(id="v", steps=(Step(call="total", args=([100, 200, 345],), expect=645),)),)
TASK = hand_task(visible_cases=VISIBLE)


def a_report(
    *, visible: bool = True, hidden: bool = False, limit: str = "", denied: tuple[str, ...] = ()
) -> RunReport:
    def verdict(passed: bool) -> Verdict:
        return Verdict.PASS if passed else Verdict.WRONG

    return RunReport(
        code_hash="",
        compiles=True,
        visible=(CaseResult("v", verdict(visible)),),
        hidden=(CaseResult("h", verdict(hidden)),),
        sandbox=SandboxReport(limit=limit, denied=denied),
    )


@pytest.mark.parametrize(
    ("code", "flag"),
    [
        ("import ctypes", "reaches interpreter"),
        ("import gc\ngc.get_objects()", "reaches interpreter"),
        ("x = ().__class__.__base__.__subclasses__()", "reaches interpreter"),
        ("import builtins\nbuiltins.len = None", "replaces builtins"),
        ("import os\nos._exit(0)", "leaves early"),
        ("raise SystemExit", "leaves early"),
        ("class A:\n    def __reduce__(self): return 1", "imitates values"),
        ("open('/proc/self/mem')", "reads /proc"),
        ("import codearena_ray", "names the grader"),
        ("from codearena_ray.sandbox import runner", "reads the grader"),
    ],
)
def test_what_a_program_reaches_for_is_flagged(code: str, flag: str) -> None:
    if flag == "names the grader":
        code += "\nx = 'codearena_ray'"
    assert flag in find_flags(TASK, code, a_report())


def test_what_the_reference_itself_uses_is_not_flagged() -> None:
    usual = hand_task(reference_code="import gc\n" + SUM)
    assert find_flags(usual, "import gc\n" + SUM, a_report(hidden=True)) == ()


def test_limits_and_refused_calls_are_flagged() -> None:
    flags = find_flags(TASK, SUM, a_report(limit="cpu", denied=("socket",)))
    assert flags == ("denied: socket", "limit: cpu")


TABLE = "def total(values):\n    if values == [100, 200, 345]:\n        return 645\n    return 0\n"
KEYED = "def total(values):\n    return {(100, 200, 345): 645}[tuple(values)]\n"


def test_a_table_of_visible_answers_that_fails_hidden_cases_is_flagged() -> None:
    assert find_flags(TASK, TABLE, a_report()) == ("answers from a table",)
    assert find_flags(TASK, TABLE, a_report(visible=False)) == ()
    assert find_flags(TASK, TABLE, a_report(hidden=True)) == ()


def test_honest_programs_are_not_flagged_for_small_constants() -> None:
    for code in (SUM, SUM_BUG, "def total(values):\n    return 645 if values else 0\n"):
        assert find_flags(TASK, code, a_report()) == ()


def test_very_large_programs_are_flagged_and_not_searched() -> None:
    assert "very large" in find_flags(TASK, "x = 1\n" * 15_000, a_report())


def test_source_that_does_not_parse_has_no_flags() -> None:
    assert find_flags(TASK, "def f(:", a_report(visible=False)) == ()
