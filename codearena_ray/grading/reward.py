"""From evidence to a score: fixed weights, renormalised over the components that apply to a task and a judge.

    S = sum of raw_i * w_i / sum of w_j over the applying components j, each raw_i in [0, 1]

What applies depends on the task and on the configuration, never on the candidate: two proposals for one task
are always measured with the same ruler. Penalties are not part of a score; the arena subtracts them.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from codearena_ray.errors import JudgeError, SandboxError
from codearena_ray.types import Component, Grade, JudgeVerdict, RunReport, Task, Verdict

WEIGHTS = {
    "compile": 0.15,
    "tests": 0.35,
    "efficiency": 0.30,
    "judge_correctness": 0.10,
    "judge_security": 0.05,
    "judge_quality": 0.05,
}
"""Shares of the score before renormalisation; they sum to 1."""

JUDGE_AXES = ("correctness", "security", "quality")


def grade_report(
    task: Task,
    report: RunReport,
    verdict: JudgeVerdict | None,
    *,
    efficiency_threshold: float = 0.8,
    judge_axes: AbstractSet[str] | None = None,
    efficiency_applies: bool = True,
) -> Grade:
    """Return the grade of one program.

    Args:
        task: The task; it decides whether efficiency applies.
        report: What the sandbox showed.
        verdict: What the judge says; None where no judge is configured.
        efficiency_threshold: Least efficiency of a solved task, in [0, 1].
        judge_axes: The axes that the configured judge always scores (`Judge.axes`). By default those that
            this verdict scores, which is the same for judges that abstain on an axis always or never.
        efficiency_applies: False where the configuration measures no efficiency at all.

    Raises:
        JudgeError: the judge left an axis open that it is configured to score.
        SandboxError: every test passed and efficiency applies, but the report holds no measurement.
    """
    raw = {"compile": float(report.compiles), "tests": hidden_share(report)}
    measured = efficiency_applies and task.scaling is not None
    if measured:
        raw["efficiency"] = _efficiency(task, report)
    raw.update(_judged(verdict, judge_axes))
    total = sum(WEIGHTS[name] for name in raw)
    components = {name: Component(raw=value, weight=WEIGHTS[name] / total) for name, value in raw.items()}
    passed = report.tests_passed
    return Grade(
        components=components,
        score=min(1.0, sum(part.paid for part in components.values())),
        tests_passed=passed,
        solved=passed and (not measured or raw["efficiency"] >= efficiency_threshold),
    )


def hidden_share(report: RunReport) -> float:
    """Return the share of hidden cases that passed, 0 where there is none."""
    passed = sum(case.verdict is Verdict.PASS for case in report.hidden)
    return passed / len(report.hidden) if report.hidden else 0.0


def _efficiency(task: Task, report: RunReport) -> float:
    if not report.tests_passed:
        return 0.0
    if report.efficiency is None:
        raise SandboxError(f"{task.id}: the report of a passing program holds no efficiency")
    return report.efficiency.score


def _judged(verdict: JudgeVerdict | None, judge_axes: AbstractSet[str] | None) -> dict[str, float]:
    scores: dict[str, float | None] = {axis: None for axis in JUDGE_AXES}
    if verdict is not None:
        scores = {axis: getattr(verdict, axis) for axis in JUDGE_AXES}
    axes = {axis for axis, score in scores.items() if score is not None} if judge_axes is None else judge_axes
    judged: dict[str, float] = {}
    for axis in JUDGE_AXES:
        if axis not in axes:
            continue
        score = scores[axis]
        if score is None:
            raise JudgeError(f"the judge gave no {axis} score, which this configuration requires")
        judged[f"judge_{axis}"] = score
    return judged
