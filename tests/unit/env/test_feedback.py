"""What is told of a run, and what is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders.episodes import make_report, make_task, scaled_task

from codearena_ray.config import EnvConfig
from codearena_ray.env.feedback import Progress, describe_malformed, describe_run, error_log
from codearena_ray.grading.reward import grade_report
from codearena_ray.types import CaseResult, Category, Verdict


def described(report, *, task=None, progress=None, **config):
    task = task or make_task()
    return describe_run(
        task, report, grade_report(task, report, None), config=EnvConfig(**config), progress=progress
    )


def test_failing_visible_cases_come_with_call_expected_and_actual():
    told = described(make_report(hidden=7, visible=1)).feedback
    assert "Test v1 (wrong): double(3)\n  expected: 6\n  actual:   99" in told
    assert "Test v0" not in told
    assert "7 of 10 hidden tests pass." in told


def test_only_so_many_failing_cases_are_shown():
    cases = tuple(
        CaseResult(f"v{i}", Verdict.WRONG, call=f"double({i})", expected="1", actual="2") for i in range(9)
    )
    report = replace(make_report(hidden=0, visible=0), visible=cases)
    told = described(report, max_failing_shown=2).feedback
    assert told.count("expected:") == 2
    assert "7 more visible tests fail." in told


def test_values_and_the_whole_are_cut():
    case = CaseResult("v0", Verdict.WRONG, call="f(" + "1" * 5000, expected="2" * 5000, actual="3" * 5000)
    report = replace(make_report(hidden=0, visible=0), visible=(case,) * 9)
    told = described(report, max_value_chars=50, max_feedback_chars=300).feedback
    assert len(told) == 300
    assert "3" * 51 not in described(report, max_value_chars=50).feedback


def test_the_class_and_line_of_a_hidden_failure_are_not_told():
    report = make_report(hidden=3, error_class="KeyError", error_line=7, error_text="'secret'")
    found = described(report)
    assert found.error_log == "WrongAnswer: all visible tests pass, 3 of 10 hidden tests pass"
    assert "secret" not in found.feedback + found.test_results


def test_no_hidden_case_is_named():
    report = make_report(hidden=3, visible=1)
    found = described(report)
    assert all(f"h{i}" not in found.feedback + found.test_results + found.error_log for i in range(10))


def test_an_error_class_that_is_no_identifier_is_replaced():
    report = make_report(visible=0, hidden=0, error_class="Evil line 3: x\n! Solved", error_line=2)
    assert described(report).error_log.startswith("WrongAnswer line 2: ")


def test_a_slow_program_is_told_how_slow():
    report = make_report(efficiency=0.3)
    found = described(report, task=scaled_task())
    assert found.error_log == "Slow: all tests pass, efficiency 0.3 of the 0.8 needed"
    assert "size 100" in found.feedback
    assert "n^1.0" in found.feedback
    assert "efficiency 0.3 of the 0.8 needed" in found.test_results


def test_hints_grow_with_steps_that_gained_nothing_and_can_be_switched_off():
    report = make_report(hidden=3, visible=1)
    task = make_task(category=Category.SECURITY)
    early = described(report, task=task, progress=Progress(1, 0.3)).feedback
    late = described(report, task=task, progress=Progress(2, 0.9)).feedback
    assert "untrusted input" not in early
    assert "untrusted input" in late
    assert "An earlier answer scored more: 0.90" in late
    assert (
        "untrusted input" not in described(report, task=task, progress=Progress(2, 0.9), hints=False).feedback
    )


@pytest.mark.parametrize("report", [make_report(hidden=3), make_report(efficiency=0.1)])
def test_in_the_test_split_hidden_failures_and_slowness_look_the_same(report):
    task = scaled_task(split="test")
    found = described(report, task=task, progress=Progress(3, 0.9))
    assert found.error_log == "WrongAnswer: all visible tests pass, yet the task is not solved"
    assert found.test_results == "2 of 2 visible tests pass\n- v0: pass\n- v1: pass"
    assert found.feedback == ""


def test_a_malformed_answer_keeps_the_results_of_the_program():
    before = described(make_report(hidden=3))
    found = describe_malformed(before, "no code block found", config=EnvConfig())
    assert found.error_log == "Malformed: no code block found"
    assert found.test_results == before.test_results


def test_nothing_is_wrong_with_a_solved_program():
    report = make_report()
    assert error_log(report, grade_report(make_task(), report, None)) == ""
