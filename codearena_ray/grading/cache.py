"""Remembers grades, so that the same program never gets two different ones and costs nothing twice.

Reports are kept under the exact text of a program: lines and messages belong to it. Measured efficiency is
kept under the normalised hash, so that a renamed copy of a program cannot draw a luckier measurement.
"""

from __future__ import annotations

import hashlib

from codearena_ray.bounded_map import BoundedMap
from codearena_ray.grading.program import GRADER_VERSION, case_limits
from codearena_ray.taskset import content_hash
from codearena_ray.types import EfficiencyReport, RunReport, Task


class GradeCache:
    """The two memories of one grader.

    Args:
        capacity: Reports, and measurements, that each holds.
    """

    def __init__(self, capacity: int = 50_000) -> None:
        self.reports: BoundedMap[RunReport] = BoundedMap(capacity)
        self.efficiency: BoundedMap[EfficiencyReport] = BoundedMap(capacity)


def task_key(task: Task) -> str:
    """Return what of a task decides a report: its content, the limits that follow, and our version."""
    content = task.content_hash or content_hash(task)
    return f"{GRADER_VERSION}/{content}/{case_limits(task).cpu_s}"


def report_key(task: Task, code: str) -> str:
    """Return the key of a program's report."""
    digest = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{task_key(task)}/{digest}"


def efficiency_key(task: Task, code_hash: str) -> str:
    """Return the key of a program's measurement, equal for renamed copies."""
    return f"{task_key(task)}/{code_hash}"
