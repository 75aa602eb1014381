"""Small tasks for the tests of this folder."""

from __future__ import annotations

from typing import Any

from codearena_ray.taskset.schema import with_content_hash
from codearena_ray.types import Category, Step, Task, TestCase


def make_case(case_id: str = "h01", *args: Any, expect: Any = 0) -> TestCase:
    return TestCase(id=case_id, steps=(Step("total", args=args or ([1, 2],), expect=expect),))


def make_task(task_id: str = "sums-wrong_start-0a1b2c", **changes: Any) -> Task:
    fields: dict[str, Any] = {
        "statement": "Add the numbers.",
        "entry_points": ("total",),
        "buggy_code": "def total(values):\n    return sum(values) + 1\n",
        "reference_code": "def total(values):\n    return sum(values)\n",
        "visible_cases": (make_case("v01", expect=3),),
        "hidden_cases": tuple(make_case(f"h{i:02d}", [i], expect=i) for i in range(8)),
        "category": Category.LOGIC,
        "bug_type": "constant",
        "family_id": "sums",
        "split": "train",
    }
    return with_content_hash(Task(id=task_id, **{**fields, **changes}))
