"""Problem files become proven tasks in real sandboxes."""

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from codearena_ray.errors import TaskError
from codearena_ray.grading.efficiency import measure_efficiency
from codearena_ray.grading.program import grade_program
from codearena_ray.sandbox import Slot, SlotPool, detect_isolation
from codearena_ray.taskforge.authoring import Problem, load_problems, parse_problem
from codearena_ray.taskforge.build import MAX_TASKS_PER_FAMILY, build_family, build_tasks
from codearena_ray.taskforge.expectations import prepare
from codearena_ray.taskforge.rename import rename_task
from codearena_ray.taskforge.validate import prove_bug, prove_reference, prove_task
from codearena_ray.taskset import load_pack, save_pack
from codearena_ray.taskset.schema import with_content_hash
from codearena_ray.types import Category, Task

pytestmark = pytest.mark.sandbox
PROBLEMS = Path(__file__).parents[2] / "tasks" / "problems"
PROBLEM = '''"""Sum of the values; a ValueError for an empty list."""

# %% meta
entry_points = ["total"]

# %% reference
def total(values):
    if not values:
        raise ValueError("empty")
    result = 0
    for value in values:
        result += value
    return result

# %% cases
def visible():
    return [[[1, 2]], [[]]]

def hidden(rng):
    return [[[rng.randrange(-9, 10) for _ in range(n)]] for n in range(10)]

# %% scaling
sizes = [2000, 4000, 8000, 16000]

def scaling(n, rng, adverse):
    return [[rng.randrange(100) for _ in range(n)]]

# %% bug recounts category=algorithm
def total(values):
    if not values:
        raise ValueError("empty")
    result = 0
    for index in range(len(values)):
        result = sum(values[:index + 1])
    return result
# %% bug no_bug category=logic
def total(numbers):
    if not numbers:
        raise ValueError("empty")
    return sum(numbers)
'''


@pytest.fixture(scope="module")
def slot() -> Iterator[Slot]:
    with Slot(detect_isolation()) as one:
        yield one


def _problem(text: str = PROBLEM) -> Problem:
    return parse_problem(text, path=Path("problems/arrays/total_of_values.py"))


@pytest.fixture(scope="module")
def family_tasks(slot: Slot) -> list[Task]:
    return build_family(_problem(), slot, seed=0, measure=None).tasks


def test_expected_values_come_from_the_reference(slot: Slot) -> None:
    prepared = prepare(_problem(), slot, seed=3)
    assert prepared.visible[0].steps[0].expect == 3
    assert prepared.visible[1].steps[0].raises == "ValueError"
    assert prepared.hidden[0].steps[0].raises == "ValueError"
    for case in prepared.hidden[1:]:
        assert case.steps[0].expect == sum(case.steps[0].args[0])
    assert prepare(_problem(), slot, seed=3) == prepared
    assert prepare(_problem(), slot, seed=4).hidden != prepared.hidden


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("return [[[1, 2]], [[]]]", "return 5", "must return a list, got int"),
        ("return [[[1, 2]], [[]]]", "return [[[1]], lambda: 1]", "not plain data"),
        ("return [[[1, 2]], [[]]]", "return [{'arg': 1}]", "unknown key 'arg'"),
        (
            "return [[[1, 2]], [[]]]",
            "return [{'args': [[]], 'expect': 3}]",
            "the reference raised ValueError",
        ),
        (
            "return [[[1, 2]], [[]]]",
            "return [{'args': [[1]], 'raises': 'KeyError'}]",
            "the reference returned",
        ),
        ("range(10)]", "range(3)]", "3 hidden cases; at least 8"),
        ("rng.randrange(-9, 10)", "undefined", "hidden failed: NameError"),
        ("result += value\n    return", "result += value\n    return object() or", "not plain data"),
        ('raise ValueError("empty")\n    result', "while True: pass\n    result", "the reference died"),
        ("result = 0\n    for value", "result = missing\n    for value", "the reference is broken"),
        (
            "def total(values):\n    if not",
            "1 / 0\ndef total(values):\n    if not",
            "does not load: ZeroDivisionError",
        ),
    ],
)
def test_a_mistake_of_the_author_is_named_with_file_and_line(
    slot: Slot, old: str, new: str, told: str
) -> None:
    assert old in PROBLEM
    with pytest.raises(TaskError, match=r"^problems/arrays/total_of_values\.py:\d+: ") as caught:
        prepare(_problem(PROBLEM.replace(old, new, 1)), slot, seed=0)
    assert told in str(caught.value)


def test_a_family_gives_proven_tasks_of_several_kinds(slot: Slot) -> None:
    result = build_family(_problem(), slot, seed=0, measure=partial(measure_efficiency, secret=1))
    assert result.problem == ""
    assert 10 <= len(result.tasks) <= MAX_TASKS_PER_FAMILY
    assert {Category.SYNTAX, Category.LOGIC, Category.TYPE, Category.ALGORITHM} <= {
        t.category for t in result.tasks
    }
    assert any(task.n_bugs > 1 for task in result.tasks)
    assert [note.split(": ", 1)[1] for note in result.notes] == [
        "bug no_bug dropped: passes every hidden case"
    ]
    (slow,) = [task for task in result.tasks if task.bug_type == "performance"]
    assert slow.id.startswith("total_of_values-recounts-")
    assert slow.validation["efficiency"] <= 0.3
    assert slow.validation["reference_efficiency"] >= 0.9
    for task in result.tasks:
        assert task.validation["hidden_failed"] > 0 or task is slow
        assert task.fault_lines


def test_the_same_seed_gives_the_same_tasks_and_another_seed_others(
    slot: Slot, family_tasks: list[Task]
) -> None:
    with SlotPool(detect_isolation(), 2) as pool:
        many = build_tasks([_problem()], pool, seed=0, measure=None, num_workers=2).tasks
    assert [task.content_hash for task in many] == [task.content_hash for task in family_tasks]
    other = build_family(_problem(), slot, seed=1, measure=None).tasks
    assert [task.content_hash for task in many] != [task.content_hash for task in other]


def test_built_tasks_survive_a_pack_and_prove_themselves_again(
    slot: Slot, family_tasks: list[Task], tmp_path: Path
) -> None:
    save_pack(family_tasks, tmp_path / "pack.jsonl.gz")
    references: dict = {}
    for task in load_pack(tmp_path / "pack.jsonl.gz"):
        assert prove_task(slot, task, references=references, measure=None) == ""
    assert len(references) == 1


def test_claims_that_do_not_hold_are_found(slot: Slot, family_tasks: list[Task]) -> None:
    task = next(t for t in family_tasks if t.category is Category.LOGIC)
    flaky = task.reference_code.replace("return result", "return result if {'a', 'b'}.pop() == 'a' else 0")
    for changed, told in (
        (replace(task, buggy_code=task.reference_code), "passes every hidden case"),
        (replace(task, category=Category.SYNTAX), "a syntax bug that parses"),
        (replace(task, buggy_code="def total(:"), "does not parse, but is no syntax bug"),
        (replace(task, buggy_code=flaky), "from run to run"),
    ):
        assert told in prove_bug(slot, changed, measure=None).why
    wrong = replace(task, reference_code=task.reference_code.replace("+=", "-="))
    assert "the reference fails case v01" in prove_reference(slot, wrong, measure=None).why
    slow = replace(
        task,
        reference_code=task.reference_code.replace(
            "result = 0\n", "result = sum(range(10**7)) * 0 if len(values) == 5 else 0\n"
        ),
    )
    assert "of 0.5 s for a case; raise cpu_s" in prove_reference(slot, slow, measure=None).why


def test_renamed_references_pass_and_renamed_bugs_fail_their_renamed_cases(slot: Slot) -> None:
    rng = random.Random(7)
    problems = load_problems(PROBLEMS)
    for problem in rng.sample(problems, 6):
        prepared = prepare(problem, slot, seed=0)
        task = with_content_hash(
            Task(
                id=problem.family_id,
                statement=problem.statement,
                entry_points=problem.entry_points,
                buggy_code=problem.bugs[0].code,
                reference_code=problem.reference,
                visible_cases=prepared.visible,
                hidden_cases=prepared.hidden,
                category=problem.bugs[0].category,
                bug_type="x",
                family_id=problem.family_id,
                split="train",
                comparator=problem.comparator,
                checker=problem.checker,
                limits=prepared.limits,
            )
        )
        renamed = rename_task(task, rng)
        assert grade_program(slot, renamed, renamed.reference_code).tests_passed, problem.family_id
        before = [c.verdict for c in grade_program(slot, task, task.buggy_code).hidden]
        assert [c.verdict for c in grade_program(slot, renamed, renamed.buggy_code).hidden] == before
