"""A small pack of hand-made tasks with real programs and cases, for tests that play episodes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from codearena_ray.taskset import save_pack
from codearena_ray.taskset.schema import with_content_hash
from codearena_ray.taskset.splits import split_of
from codearena_ray.types import Category, Step, Task, TestCase

CLAMP = """def clamp(value, low, high):
    if value < low:
        return low
    if value > high:
        return high
    return value
"""
LABEL = """def label(number):
    text = "n"
    return text + str(number)
"""
COUNT = """def count_positive(values):
    total = 0
    for value in values:
        if value > 0:
            total += 1
    return total
"""

_CLAMP_CASES = [(n, 0, 5, max(0, min(5, n))) for n in (-3, 0, 3, 5, 9, 6, -1, 2, 4, 1, 7)]
_LABEL_CASES = [(n, f"n{n}") for n in range(11)]
_COUNT_CASES = [(list(range(-3, n)), max(0, n - 1)) for n in range(-1, 10)]

_PROGRAMS: tuple[tuple[str, str, Category, str, Sequence[Any], tuple[tuple[str, str], ...]], ...] = (
    (
        "clamp", CLAMP, Category.SYNTAX, "clamp", _CLAMP_CASES,
        (("value < low:", "value < low"), ("return high", "retrun high"), ("low, high):", "low, high:")),
    ),
    ("label", LABEL, Category.TYPE, "label", _LABEL_CASES, (("str(number)", "number"),)),
    ("count", COUNT, Category.LOGIC, "count_positive", _COUNT_CASES, (("value > 0", "value >= 0"),)),
)  # fmt: skip


def family_in(split: str, stem: str) -> str:
    """Return a family name that belongs to a split."""
    return next(name for i in range(1000) if split_of(name := f"{stem}_{i}") == split)


def small_tasks(split: str = "train") -> list[Task]:
    """Return five tasks: three of syntax, one of types, one of logic; the rules of `builtin` repair them."""
    tasks = []
    for stem, reference, category, entry, cases, bugs in _PROGRAMS:
        family = family_in(split, stem)
        tests = [
            TestCase(id=f"c{i}", steps=(Step(call=entry, args=tuple(args), expect=expected),))
            for i, (*args, expected) in enumerate(cases)
        ]
        for number, (right, wrong) in enumerate(bugs):
            buggy = reference.replace(right, wrong, 1)
            assert buggy != reference
            task = Task(
                id=f"{family}-{number}",
                statement=f"Do what {entry} says.",
                entry_points=(entry,),
                buggy_code=buggy,
                reference_code=reference,
                visible_cases=tuple(tests[:3]),
                hidden_cases=tuple(tests[3:]),
                category=category,
                bug_type="hand_made",
                family_id=family,
                split=split,
                fault_lines=(buggy[: buggy.index(wrong)].count("\n") + 1,),
            )
            tasks.append(with_content_hash(task))
    return tasks


def save_small_pack(folder: Path, *, split: str = "train") -> Path:
    """Return the path of a pack of `small_tasks`."""
    path = folder / "small.jsonl"
    save_pack(small_tasks(split), path)
    return path


def save_config(folder: Path, **sections: dict[str, Any]) -> Path:
    """Return the path of a configuration that plays the small pack quickly: no judge, no efficiency."""
    tree: dict[str, Any] = {
        "tasks": {"pack": str(save_small_pack(folder))},
        "judge": {"kind": "none"},
        "sandbox": {"efficiency": False},
    }
    for name, section in sections.items():
        tree.setdefault(name, {}).update(section)
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(tree), encoding="utf-8")
    return path
