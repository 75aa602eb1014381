"""Scores worked out by hand from the weights 0.15, 0.35, 0.30, 0.10, 0.05, 0.05."""

from __future__ import annotations

from typing import Any

import pytest

from codearena_ray.errors import JudgeError, SandboxError
from codearena_ray.grading.reward import WEIGHTS, grade_report
from codearena_ray.types import (
    CaseResult,
    Category,
    EfficiencyReport,
    JudgeVerdict,
    RunReport,
    Scaling,
    Task,
    Verdict,
)

STATIC = frozenset({"security", "quality"})


def a_task(*, scaled: bool = False) -> Task:
    return Task(
        id="t",
        statement="",
        entry_points=("f",),
        buggy_code="",
        reference_code="",
        visible_cases=(),
        hidden_cases=(),
        category=Category.LOGIC,
        bug_type="",
        family_id="t",
        split="train",
        scaling=Scaling("", "f", (10, 20)) if scaled else None,
    )


def a_report(
    passed: int, *, of: int = 10, efficiency: float | None = None, compiles: bool = True
) -> RunReport:
    hidden = tuple(CaseResult(f"h{i}", Verdict.PASS if i < passed else Verdict.WRONG) for i in range(of))
    measured = None if efficiency is None else EfficiencyReport((20,), (0.1,), (0.1,), 0.0, efficiency)
    return RunReport(code_hash="", compiles=compiles, visible=(), hidden=hidden, efficiency=measured)


def static(security: float = 1.0, quality: float = 1.0) -> JudgeVerdict:
    return JudgeVerdict(correctness=None, security=security, quality=quality)


def score(*args: Any, **kwargs: Any) -> float:
    return grade_report(*args, **kwargs).score


def test_the_weights_are_those_of_the_design_and_sum_to_one() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)
    assert WEIGHTS["tests"] == 0.35


def test_a_solved_program_without_scaling_scores_one() -> None:
    grade = grade_report(a_task(), a_report(10), static(), judge_axes=STATIC)
    assert grade.score == pytest.approx(1.0)
    assert grade.tests_passed
    assert grade.solved
    assert set(grade.components) == {"compile", "tests", "judge_security", "judge_quality"}


def test_a_solved_program_loses_only_what_the_judge_takes() -> None:
    # weights 0.15, 0.35, 0.05, 0.05 of 0.60; quality 0.4 costs 0.6 * 0.05 / 0.60 = 0.05
    assert score(a_task(), a_report(10), static(quality=0.4), judge_axes=STATIC) == pytest.approx(0.95)


def test_a_buggy_program_that_passes_four_of_ten_has_its_share() -> None:
    # (0.15 + 0.35 * 0.4 + 0.05 + 0.05) / 0.60 = 0.39 / 0.60
    assert score(a_task(), a_report(4), static(), judge_axes=STATIC) == pytest.approx(0.65)
    # without a judge: (0.15 + 0.14) / 0.50
    assert score(a_task(), a_report(4), None) == pytest.approx(0.58)


def test_a_program_that_does_not_compile_earns_nothing() -> None:
    report = a_report(0, compiles=False)
    assert score(a_task(scaled=True), report, static(0.0, 0.0), judge_axes=STATIC) == 0.0


def test_efficiency_pays_only_when_every_test_passes() -> None:
    # (0.15 + 0.35 * 0.9 + 0 + 0.10) / 0.90 = 0.565 / 0.90
    partial = grade_report(a_task(scaled=True), a_report(9), static(), judge_axes=STATIC)
    assert partial.score == pytest.approx(0.565 / 0.90)
    assert partial.components["efficiency"].raw == 0.0
    # (0.15 + 0.35 + 0.30 * 0.5 + 0.10) / 0.90 = 0.75 / 0.90
    slow = grade_report(a_task(scaled=True), a_report(10, efficiency=0.5), static(), judge_axes=STATIC)
    assert slow.score == pytest.approx(0.75 / 0.90)
    assert slow.tests_passed
    assert not slow.solved


def test_a_task_with_scaling_is_solved_from_the_threshold_on() -> None:
    task = a_task(scaled=True)
    assert grade_report(task, a_report(10, efficiency=0.8), None).solved
    assert not grade_report(task, a_report(10, efficiency=0.7), None).solved
    assert grade_report(task, a_report(10, efficiency=0.7), None, efficiency_threshold=0.6).solved


def test_all_components_together_are_the_plain_weighted_sum() -> None:
    verdict = JudgeVerdict(correctness=0.5, security=1.0, quality=0.0)
    # 0.15 + 0.35 + 0.30 * 0.9 + 0.10 * 0.5 + 0.05 + 0 = 0.87
    assert score(a_task(scaled=True), a_report(10, efficiency=0.9), verdict) == pytest.approx(0.87)


def test_weights_depend_on_the_judge_configuration_and_not_on_the_verdict() -> None:
    verdict = JudgeVerdict(correctness=0.0, security=0.5, quality=0.5)
    grade = grade_report(a_task(), a_report(10), verdict, judge_axes=STATIC)
    assert "judge_correctness" not in grade.components
    with pytest.raises(JudgeError, match="correctness"):
        grade_report(a_task(), a_report(10), static(), judge_axes=STATIC | {"correctness"})


def test_a_passing_program_without_a_measurement_is_no_grade() -> None:
    with pytest.raises(SandboxError, match="efficiency"):
        grade_report(a_task(scaled=True), a_report(10), None)
    grade = grade_report(a_task(scaled=True), a_report(10), None, efficiency_applies=False)
    assert grade.score == pytest.approx(1.0)
    assert grade.solved


def test_a_task_without_hidden_cases_is_never_passed() -> None:
    grade = grade_report(a_task(), a_report(0, of=0), None)
    assert not grade.tests_passed
    assert grade.score == pytest.approx(0.3)
