"""What the shipped pack promises, as far as it shows without running anything."""

from collections import Counter
from pathlib import Path

import pytest

from codearena_ray.config import TasksConfig
from codearena_ray.taskforge.authoring import load_problems
from codearena_ray.taskforge.build import MAX_TASKS_PER_FAMILY
from codearena_ray.taskforge.validate import describe_pack
from codearena_ray.taskset import SPLITS, TaskSet, load_pack, split_of
from codearena_ray.types import Category


@pytest.fixture(scope="module")
def builtin() -> TaskSet:
    return load_pack("builtin")


def test_there_are_enough_tasks_of_every_kind(builtin: TaskSet) -> None:
    report = describe_pack(builtin)
    assert report.invalid == []
    assert report.tasks >= 800
    assert report.families >= 80
    assert report.several_bugs >= 50
    assert min(report.by_category.values()) >= 25
    assert len(report.cwes) >= 5
    assert max(Counter(task.family_id for task in builtin).values()) <= MAX_TASKS_PER_FAMILY


def test_every_split_has_every_category_and_keeps_its_families(builtin: TaskSet) -> None:
    kinds = {(task.split, task.category) for task in builtin}
    assert kinds == {(split, category) for split in SPLITS for category in Category}
    for task in builtin:
        assert task.split == split_of(task.family_id)
    for split in SPLITS:
        assert len(builtin.select(TasksConfig(split=split))) >= 50


def test_every_task_carries_its_proof(builtin: TaskSet) -> None:
    for task in builtin:
        assert len(task.hidden_cases) >= 8
        assert len(task.visible_cases) >= 1
        proof = task.validation
        assert proof["reference_cpu_s"] > 0
        if task.bug_type == "performance":
            assert proof["efficiency"] <= 0.3
            assert proof["hidden_failed"] == 0
        else:
            assert proof["hidden_failed"] >= 1
        if task.scaling is not None:
            assert proof["reference_efficiency"] >= 0.9
        if task.category is Category.SECURITY:
            assert task.cwe


def test_the_kinds_of_bug_that_were_promised_are_there(builtin: TaskSet) -> None:
    text = {task.id: task for task in builtin}
    assert any(task.bug_type == "performance" and "maximum_subarray" in name for name, task in text.items())
    assert any(task.category is Category.SYNTAX and "average" in name for name, task in text.items())
    for cwe in ("CWE-78", "CWE-95", "CWE-798"):
        assert any(task.cwe == cwe for task in builtin), cwe


def test_the_pack_was_built_from_the_problems_that_are_there(builtin: TaskSet) -> None:
    references = {
        p.family_id: p.reference for p in load_problems(Path(__file__).parents[3] / "tasks" / "problems")
    }
    stale = {t.family_id for t in builtin if references.get(t.family_id) != t.reference_code}
    assert stale == set(), "run `codearena tasks build`"
