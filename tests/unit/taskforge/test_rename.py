import ast
import builtins
import keyword
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codearena_ray.grading.normalise import code_hash
from codearena_ray.taskforge.authoring import load_problems
from codearena_ray.taskforge.operators import enumerate_mutations
from codearena_ray.taskforge.rename import rename_code, rename_task
from codearena_ray.types import Category, Scaling, Step, Task, TestCase

PROGRAM = '''import math
from collections import deque as queue_type

LIMIT = 3


class Stack:
    size = 0

    def __init__(self, items):
        self.items = list(items)

    def push(self, item, *, front=False):
        self.items.append(item)  # items grow
        return helper(item, scale=2)


def helper(value, scale=1, other=0):
    """Multiply value by scale."""
    label = "value"
    return [f"{other!r}", label, math.sqrt(value * scale), max([value], key=lambda entry: entry)]


def total(values):
    value = LIMIT
    for i, x in enumerate(values):
        value += x * i
    return value
'''


def _rename(*codes: str, seed: int = 0) -> tuple[list[str], dict[str, str]]:
    return rename_code(codes, random.Random(seed))


def test_functions_parameters_and_locals_get_new_names_everywhere() -> None:
    (code,), names = _rename(PROGRAM)
    assert {"helper", "total", "value", "values", "LIMIT", "item", "label", "entry", "i", "x"} <= set(names)
    assert len(set(names.values())) == len(names)
    tree = ast.parse(code)
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} | {
        n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)
    }
    assert not used & set(names)
    assert set(names.values()) <= used | {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}


def test_classes_methods_attributes_imports_keywords_and_f_strings_keep_their_names() -> None:
    (code,), names = _rename(PROGRAM)
    kept = ("Stack", "push", "size", "math", "queue_type", "scale", "other", "key", "self")
    assert not set(kept) & set(names)
    for text in (
        "class Stack:",
        "def push(self, ",
        "self.items.append(",
        "scale=1",
        'f"{other!r}"',
        "math.sqrt",
    ):
        assert text in code


def test_strings_comments_and_formatting_are_left_alone() -> None:
    (code,), _ = _rename(PROGRAM)
    assert '= "value"' in code
    assert '"""Multiply value by scale."""' in code
    assert "# items grow" in code
    assert code.count("\n") == PROGRAM.count("\n")


def test_new_names_are_fresh_identifiers() -> None:
    for seed in range(50):
        _, names = _rename(PROGRAM, seed=seed)
        words = set(ast.unparse(ast.parse(PROGRAM)).replace("(", " ").split())
        for name in names.values():
            assert name.isidentifier()
            assert not keyword.iskeyword(name)
            assert not hasattr(builtins, name)
            assert name not in words


def test_renaming_is_deterministic_and_differs_between_seeds() -> None:
    assert _rename(PROGRAM, seed=1) == _rename(PROGRAM, seed=1)
    assert _rename(PROGRAM, seed=1) != _rename(PROGRAM, seed=2)


def test_a_program_that_looks_at_its_own_names_is_left_alone() -> None:
    for word in ("locals()", "globals()", "f.__name__", "vars()"):
        code = f"def f(a):\n    return {word}\n"
        assert _rename(code) == ([code], {})


def test_programs_that_do_not_parse_alone_are_left_alone() -> None:
    assert _rename("def f(a:\n") == (["def f(a:\n"], {})


@pytest.mark.parametrize(
    ("reference", "broken"),
    [
        ("def f(total):\n    return 'total', total\n", "def f(total):\n    return 'total, total\n"),
        ("def f(total):\n    return 'a', total\n", "def f(total):\n    return 'a\", total\n"),
        ("def f(total):\n    return [total]\n", "def f(total):\n    return [total\n"),
        ("def f(total):\n    return total\n", "def f(total)\n    retrun total\n"),
    ],
)
def test_a_damaged_program_keeps_its_distance_to_the_reference(reference: str, broken: str) -> None:
    (new_reference, new_broken), names = _rename(reference, broken)
    backwards = {new: old for old, new in names.items()}
    assert "f" in names
    for old, new in ((reference, new_reference), (broken, new_broken)):
        restored = new
        for name, former in backwards.items():
            restored = restored.replace(name, former)
        assert restored == old


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_renamed_mutant_is_the_same_mutant_of_the_renamed_reference(pick: int, seed: int) -> None:
    mutations = enumerate_mutations(PROGRAM)
    mutation = mutations[pick % len(mutations)]
    buggy = mutation.apply(PROGRAM)
    (new_buggy, new_reference), names = rename_code([buggy, PROGRAM], random.Random(seed))
    assert new_buggy != new_reference
    old_lines, new_lines = buggy.splitlines(), new_buggy.splitlines()
    same = [a == b for a, b in zip(PROGRAM.splitlines(), old_lines, strict=False)]
    same_after = [a == b for a, b in zip(new_reference.splitlines(), new_lines, strict=False)]
    assert same == same_after
    assert names


def test_the_hash_of_a_function_without_globals_survives_renaming_of_its_locals() -> None:
    code = (
        "def f(values):\n    best = 0\n    for x in values:\n        best = max(best, x)\n    return best\n"
    )
    for seed in range(20):
        (renamed,), names = rename_code([code], random.Random(seed), keep={"f"})
        assert names
        assert code_hash(renamed) == code_hash(code)


def test_thousands_of_programs_are_renamed_in_a_second() -> None:
    rng = random.Random(0)
    rename_code([PROGRAM], rng)
    started = time.perf_counter()
    for _ in range(500):
        rename_code([PROGRAM, PROGRAM], rng)
    assert time.perf_counter() - started < 1.0


def test_shipped_references_still_compile_after_renaming() -> None:
    problems = load_problems(Path(__file__).parents[3] / "tasks" / "problems")
    for problem in problems:
        (code,), _ = rename_code([problem.reference], random.Random(problem.family_id))
        compile(code, problem.family_id, "exec")


def _task() -> Task:
    steps = (
        Step("Stack", args=([1],), bind="total"),
        Step("total.push", args=(4,), kwargs={"front": True}, check=False),
        Step("helper", args=(9,), kwargs={"value": 3}, check=False),
    )
    return Task(
        id="stacks-x",
        statement="Use `total(values)` or total(values); the total of all values.",
        entry_points=("total", "Stack", "helper"),
        buggy_code=PROGRAM.replace("+=", "-="),
        reference_code=PROGRAM,
        visible_cases=(TestCase("v01", (Step("total", args=([1],), expect=3),)),),
        hidden_cases=(TestCase("h01", steps),),
        category=Category.LOGIC,
        bug_type="arithmetic",
        family_id="stacks",
        split="train",
        scaling=Scaling("def scaling(n, rng, adverse): return [[1] * n]\n", "total", (10, 20)),
        validation={"reference_cpu_s": 0.1},
    )


def test_a_renamed_task_is_consistent_through_and_through() -> None:
    task = _task()
    renamed = rename_task(task, random.Random(5))
    new = renamed.entry_points[0]
    assert new != "total"
    assert renamed.entry_points[1] == "Stack"
    assert renamed.visible_cases[0].steps[0].call == new
    assert renamed.scaling is not None
    assert renamed.scaling.entry_point == new
    assert f"def {new}(" in renamed.buggy_code
    assert f"def {new}(" in renamed.reference_code
    bound = renamed.hidden_cases[0].steps
    assert [step.call for step in bound] == ["Stack", "total.push", renamed.entry_points[2]]
    assert bound[2].kwargs == {"value": 3}
    assert "def " + renamed.entry_points[2] + "(value, scale=1" in renamed.reference_code
    assert f"Use `{new}(" in renamed.statement
    assert f"or {new}(values); the total of all" in renamed.statement
    assert (renamed.parent_id, renamed.family_id, renamed.split) == ("stacks-x", "stacks", "train")
    assert renamed.content_hash
    assert renamed.content_hash != task.content_hash
    assert rename_task(task, random.Random(5)) == renamed
    assert rename_task(task, random.Random(6)).id != renamed.id
