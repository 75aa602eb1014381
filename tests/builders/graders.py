"""Graders and judges that answer from a table, for tests without a sandbox."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from builders.episodes import REPORTS, make_report

from codearena_ray.adapters.services import Services
from codearena_ray.errors import InfrastructureError
from codearena_ray.grading.normalise import code_hash
from codearena_ray.types import JudgeVerdict, RunReport, Task


class TableGrader:
    """Reports by program; one that is not in the table fails everything."""

    def __init__(self, reports: Mapping[str, RunReport] = REPORTS) -> None:
        self.reports = {code_hash(code): report for code, report in reports.items()}
        self.calls: list[tuple[str, tuple[str, ...], float]] = []
        self.failing: dict[str, InfrastructureError] = {}
        self._lock = threading.Lock()

    def grade(self, task: Task, codes: Sequence[str], *, deadline_s: float) -> list[RunReport]:
        with self._lock:
            self.calls.append((task.id, tuple(codes), deadline_s))
        for code in codes:
            if code in self.failing:
                raise self.failing[code]
        return [self.reports.get(code_hash(code), make_report(hidden=0, visible=0)) for code in codes]


class TableJudge:
    """The same verdict for every program; without axes nobody asks it."""

    def __init__(self, verdict: JudgeVerdict | InfrastructureError | None = None, *axes: str) -> None:
        self.verdict = verdict
        self.axes = frozenset(axes)
        self.deadlines: list[float] = []

    def judge(self, task: Task, code: str, *, deadline_s: float) -> JudgeVerdict:
        self.deadlines.append(deadline_s)
        if isinstance(self.verdict, InfrastructureError):
            raise self.verdict
        return self.verdict or JudgeVerdict(None, 1.0, 1.0)


def table_services() -> Services:
    """A factory, as an environment takes it."""
    return Services(TableGrader(), TableJudge())
