"""Static verdicts from made-up findings, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders.hand_tasks import hand_task

from codearena_ray.config import JudgeConfig
from codearena_ray.judge import NoJudge, StaticJudge, make_judge
from codearena_ray.judge.analysis import Analysis
from codearena_ray.judge.endpoint import EndpointJudge
from codearena_ray.judge.static import score_analysis

CLEAN = Analysis(parses=True, defined=frozenset({"total"}), complexity=3, lines=6)


def scores(found: Analysis, reference: Analysis = CLEAN) -> tuple[float | None, float | None]:
    verdict = score_analysis(hand_task(), found, reference)
    assert verdict.correctness is None
    return verdict.security, verdict.quality


def test_a_program_as_clean_as_the_reference_has_full_marks() -> None:
    assert scores(CLEAN) == (1.0, 1.0)


def test_a_program_that_does_not_parse_or_defines_nothing_asked_for_has_none() -> None:
    assert scores(Analysis(parses=False)) == (0.0, 0.0)
    assert scores(replace(CLEAN, defined=frozenset({"other"}))) == (0.0, 0.0)


def test_security_pays_for_issues_that_the_reference_does_not_have() -> None:
    found = replace(CLEAN, issues={"B307": (2, 0.3), "B404": (1, 0.1)})
    assert scores(found)[0] == pytest.approx(0.3)  # 1 - 2 * 0.3 - 0.1
    assert scores(found, replace(CLEAN, issues={"B404": (1, 0.1), "B307": (1, 0.3)}))[0] == pytest.approx(0.7)
    assert scores(replace(CLEAN, issues={"B602": (9, 0.5)}))[0] == 0.0


def test_quality_pays_for_messages_complexity_and_length_beyond_the_reference() -> None:
    assert scores(replace(CLEAN, messages={"UndefinedName": 1, "UnusedImport": 2}))[1] == pytest.approx(0.5)
    assert scores(replace(CLEAN, complexity=8))[1] == 1.0
    assert scores(replace(CLEAN, complexity=18))[1] == pytest.approx(0.8)  # 10 beyond 3 + 5, 0.02 each
    assert scores(replace(CLEAN, lines=22))[1] == 1.0
    assert scores(replace(CLEAN, lines=42))[1] == pytest.approx(0.8)  # 20 beyond 2 * 6 + 10, 0.01 each


def test_every_kind_of_judge_can_be_made_and_names_the_axes_that_it_always_scores() -> None:
    static, none = make_judge(JudgeConfig()), make_judge(JudgeConfig(kind="none"))
    assert isinstance(static, StaticJudge)
    assert isinstance(none, NoJudge)
    config = JudgeConfig(kind="openai", model="m", base_url="http://127.0.0.1:1/v1")
    endpoint = make_judge(config)
    assert isinstance(endpoint, EndpointJudge)
    assert static.axes == {"security", "quality"}
    assert none.axes == frozenset()
    assert endpoint.axes == {"correctness", "security", "quality"}
    for judge in (static, none, endpoint):
        judge.close()


def test_no_judge_abstains_on_every_axis() -> None:
    verdict = NoJudge().judge(hand_task(), "", deadline_s=1.0)
    assert (verdict.correctness, verdict.security, verdict.quality) == (None, None, None)
