import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from task_builders import make_case, make_task

from codearena_ray.errors import TaskError
from codearena_ray.taskset import content_hash, json_schema, task_from_record, task_to_record
from codearena_ray.types import (
    Category,
    Comparator,
    Effects,
    Fixture,
    Limits,
    Process,
    Scaling,
    Step,
    Task,
    TestCase,
)


def _rich_task() -> Task:
    steps = (
        Step("Stack", args=(3,), bind="s"),
        Step("s.push", args=({1, 2},), kwargs={"front": True}, check=False),
        Step("total", args=([3, 1],), expect={(1, 2): b"x"}, mutates=(0,), args_after=([1, 3],)),
        Step("total", args=(None,), raises="TypeError"),
    )
    world = Fixture(
        env={"TOKEN": "t"},
        files={"data/in.txt": "a\nb"},
        sqlite="CREATE TABLE t (x);",
        stdin="1\n",
        processes=(Process(("ping", "-c"), "ok", 1),),
    )
    effects = Effects(files={"out.txt": None}, spawns=(("ping", "-c", "1"),), stdout="")
    return make_task(
        entry_points=("total", "Stack"),
        hidden_cases=(TestCase("h01", steps, world, effects),),
        category=Category.SECURITY,
        cwe="CWE-78",
        fixture=Fixture(stdin="x"),
        scaling=Scaling("def scaling(n, rng, adverse): ...\n", "total", (10, 20)),
        comparator=Comparator("float", 1e-6, 1e-9, True),
        limits=Limits(1.0, 2.0, 64 << 20, 4096),
        allowed_imports=("os.path",),
        validation={"reference_cpu_s": 0.01, "tags": ["x"]},
        parent_id="sums-a",
        content_hash="",
    )


def test_a_record_has_every_column_and_comes_back_as_the_same_task() -> None:
    task = _rich_task()
    record = json.loads(json.dumps(task_to_record(task), allow_nan=False))
    assert list(record) == [field.name for field in fields(Task)]
    assert task_from_record(record) == task


def test_left_out_columns_get_their_defaults_and_the_split_of_the_family() -> None:
    full = task_to_record(make_task())
    needed = json_schema()["required"]
    assert "split" not in needed
    task = task_from_record({name: full[name] for name in needed})
    assert task.split in ("train", "dev", "test")
    assert task.content_hash == content_hash(task)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("id", "../../etc/passwd", "id: must be lower-case"),
        ("id", "a..b", "id"),
        ("id", "", "id: must not be empty"),
        ("id", 7, "id: must be"),
        ("family_id", "a/b", "family_id"),
        ("statement", "x" * 30_000, "statement: must have at most"),
        ("statement", "a\x00b", "statement"),
        ("statement", "\ud800", "statement"),
        ("entry_points", [], "entry_points: must hold"),
        ("entry_points", ["os.system"], r"entry_points\[0\]"),
        ("entry_points", "total", "entry_points: must be a list"),
        ("buggy_code", None, "buggy_code: must be text, got None"),
        ("category", "style", "category: must be one of syntax, logic"),
        ("difficulty", 9, "difficulty: must be an integer from 1 to 5, got 9"),
        ("difficulty", True, "difficulty"),
        ("difficulty", 10**400, "a very large integer"),
        ("split", "holdout", "split"),
        ("cwe", "89", "cwe"),
        ("limits", {"cpu_s": 1e9}, "limits.cpu_s"),
        ("limits", {"cpu_s": "2"}, "limits.cpu_s"),
        ("comparator", {"kind": "eval"}, "comparator.kind"),
        ("comparator", {"rel_tol": float("nan")}, "comparator.rel_tol"),
        ("fixture", {"files": {"/etc/passwd": "x"}}, "fixture.files./etc/passwd"),
        ("fixture", {"files": {"a/../../b": "x"}}, "fixture.files"),
        ("fixture", {"env": {"A B": "x"}}, "fixture.env"),
        ("fixture", {"argv": []}, "fixture.argv: unknown field"),
        ("scaling", {"code": "", "entry_point": "total", "sizes": [2, 1]}, "scaling.sizes: must ascend"),
        ("scaling", {"code": "", "entry_point": "other", "sizes": [1, 2]}, "scaling.entry_point"),
        ("checker", "def check(a, r): return True", "checker"),
        ("hidden_cases", [], "hidden_cases"),
        ("hidden_cases", [{"id": "h", "steps": []}], r"hidden_cases\[0\].steps"),
        ("hidden_cases", [{"id": "h", "steps": [{"call": "exit"}]}], "neither an entry point nor bound"),
        ("hidden_cases", [{"id": "h", "steps": [{"call": "s.pop"}]}], "neither an entry point nor bound"),
        ("hidden_cases", [{"id": "h", "steps": [{"call": "a.b.c"}]}], r"hidden_cases\[0\].steps\[0\].call"),
        ("hidden_cases", [{"id": "v01", "steps": [{"call": "total"}]}], "two cases are called 'v01'"),
        ("hidden_cases", [{"id": "h", "steps": [{"call": "total", "mutates": [0]}]}], "does not get"),
        (
            "hidden_cases",
            [{"id": "h", "steps": [{"call": "total", "args": {"$": "tuple"}}]}],
            "args: must be a list",
        ),
        ("validation", [], "validation: must be an object"),
        ("__class__", "os.system", "__class__: unknown field"),
    ],
)
def test_a_wrong_field_is_named_with_the_record(field: str, value: Any, told: str) -> None:
    record: dict[str, Any] = {**task_to_record(make_task()), field: value, "content_hash": ""}
    with pytest.raises(TaskError, match=told) as caught:
        task_from_record(record, where="pack.jsonl:3")
    message = str(caught.value)
    assert message.startswith("pack.jsonl:3: ")
    assert "\n" not in message
    assert len(message) < 600


@pytest.mark.parametrize("data", [None, [], "task", 3])
def test_what_is_no_object_is_no_record(data: object) -> None:
    with pytest.raises(TaskError, match="must be an object"):
        task_from_record(data)


def test_a_missing_column_is_named() -> None:
    record = task_to_record(make_task())
    del record["reference_code"]
    with pytest.raises(TaskError, match="reference_code: is missing"):
        task_from_record(record)


def test_true_is_not_taken_for_one_in_shared_cases() -> None:
    first = make_task("sums-a", hidden_cases=(make_case("h01", [1], expect=1),))
    second = make_task("sums-b", hidden_cases=(make_case("h01", [True], expect=True),))
    for task in (first, second, first):
        assert type(task_from_record(task_to_record(task)).hidden_cases[0].steps[0].expect) is type(
            task.hidden_cases[0].steps[0].expect
        )


def test_the_content_hash_covers_everything_but_measured_metadata() -> None:
    task = make_task()
    assert content_hash(replace(task, validation={"reference_cpu_s": 1.0})) == task.content_hash
    for change in (
        {"statement": "Other."},
        {"buggy_code": "x"},
        {"split": "dev"},
        {"seed": 3},
        {"difficulty": 2},
    ):
        assert content_hash(replace(task, **change)) != task.content_hash  # type: ignore[arg-type]


def test_an_edited_record_with_its_old_hash_is_refused() -> None:
    record = {**task_to_record(make_task()), "statement": "Something else."}
    with pytest.raises(TaskError, match="content_hash"):
        task_from_record(record)


def test_the_order_of_columns_does_not_change_the_hash() -> None:
    task = make_task()
    record = dict(reversed(task_to_record(task).items()))
    assert task_from_record(record) == task


def test_the_json_schema_names_every_column_and_forbids_others() -> None:
    schema = json_schema()
    assert list(schema["properties"]) == [field.name for field in fields(Task)]
    assert schema["additionalProperties"] is False
    assert json.loads(json.dumps(schema)) == schema


def test_the_published_schema_is_the_one_in_force() -> None:
    published = Path(__file__).parents[3] / "docs" / "reference" / "task.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == json_schema()


def test_a_call_that_raises_need_not_say_what_it_did_to_its_arguments() -> None:
    step = Step("total", args=([1],), raises="ValueError", mutates=(0,))
    task = make_task(hidden_cases=(TestCase("h01", (step,)),))
    assert task_from_record(task_to_record(task)) == task
