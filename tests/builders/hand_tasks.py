"""Hand-written tasks for tests that run real programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from codearena_ray.types import Category, Step, Task, TestCase

SUM = """\
def total(values):
    result = 0
    for value in values:
        result += value
    return result
"""
SUM_BUG = SUM.replace("result = 0", "result = 1")


def calls(
    entry_point: str, inputs: Sequence[tuple[Any, ...]], answers: Sequence[Any], name: str
) -> tuple[TestCase, ...]:
    """Return one case per input, each a single call."""
    return tuple(
        TestCase(id=f"{name}{i}", steps=(Step(call=entry_point, args=args, expect=answer),))
        for i, (args, answer) in enumerate(zip(inputs, answers, strict=True))
    )


def hand_task(**changes: Any) -> Task:
    """Return a task about summing a list, with two visible and eight hidden cases."""
    hidden = [
        ([],),
        ([5],),
        ([1, 2, 3],),
        ([-1, 1],),
        ([0] * 9,),
        ([10**12, 1],),
        ([7, 7],),
        (list(range(50)),),
    ]
    visible = [([1, 2],), ([4],)]
    fields: dict[str, Any] = {
        "id": "hand-sum",
        "statement": "Return the sum of a list of integers.",
        "entry_points": ("total",),
        "buggy_code": SUM_BUG,
        "reference_code": SUM,
        "visible_cases": calls("total", visible, [sum(args[0]) for args in visible], "v"),
        "hidden_cases": calls("total", hidden, [sum(args[0]) for args in hidden], "h"),
        "category": Category.LOGIC,
        "bug_type": "constant",
        "family_id": "hand-sum",
        "split": "train",
        "validation": {"reference_cpu_s": 0.01},
    }
    return Task(**{**fields, **changes})
