"""The task record: the columns of a pack, strict in both directions, and the hash of a task's content.

A record is data only. Reading one builds no object that its columns do not name and runs nothing; whatever is
wrong with it is a `TaskError` that names the record, the field and the value.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from codearena_ray.errors import TaskError
from codearena_ray.taskset import parts
from codearena_ray.taskset.codecs import (
    BOOLEAN,
    Codec,
    Invalid,
    choice,
    integer,
    optional,
    record,
    sequence,
    text,
)
from codearena_ray.taskset.splits import SPLITS, split_of
from codearena_ray.taskset.values import VALUE
from codearena_ray.types import Category, Task, TestCase

SCHEMA_VERSION = 1
_MEASURED = ("content_hash", "validation")


def _validation() -> Codec:
    def decode(value: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise Invalid("must be an object")
        return dict(VALUE.decode(value))

    return Codec(lambda value: VALUE.encode(dict(value)), decode, {"type": "object"})


COLUMNS: Mapping[str, Codec] = {
    "id": parts.slug,
    "statement": text(limit=20_000, empty=False),
    "entry_points": sequence(parts.identifier, limit=50, least=1),
    "buggy_code": parts.code,
    "reference_code": parts.code,
    "visible_cases": parts.cases,
    "hidden_cases": parts.cases,
    "category": choice(tuple(Category), Category),
    "bug_type": parts.slug,
    "family_id": parts.slug,
    "split": choice(SPLITS),
    "difficulty": integer(1, 5),
    "schema_version": integer(1, SCHEMA_VERSION),
    "source": text(limit=200),
    "licence": text(limit=200),
    "cwe": text(limit=20, pattern=r"CWE-\d{1,5}", what="a weakness such as CWE-95"),
    "checker": parts.code,
    "fixture": optional(parts.fixture),
    "scaling": optional(parts.scaling),
    "comparator": parts.comparator,
    "limits": parts.limits,
    "allowed_imports": sequence(
        text(limit=100, pattern=r"[A-Za-z_][A-Za-z0-9_.]*", what="a module name", empty=False), limit=100
    ),
    "n_bugs": integer(1, 99),
    "fault_lines": sequence(integer(1, 100_000), limit=10_000),
    "is_canary": BOOLEAN,
    "parent_id": text(limit=120, pattern=parts.SLUG, what="a task id"),
    "operator": text(limit=200),
    "seed": integer(0, 2**63 - 1),
    "content_hash": text(limit=64, pattern=r"[0-9a-f]{32}", what="32 hexadecimal digits"),
    "validation": _validation(),
}
"""Every column, in the order of the published schema."""

_TASK = record(Task, COLUMNS, complete=True)


def task_to_record(task: Task) -> dict[str, Any]:
    """Return the JSON-able record of a task, all columns present.

    Raises:
        TaskError: a value in the task has no JSON form.
    """
    try:
        return dict(_TASK.encode(task))
    except Invalid as error:
        raise TaskError(f"task {task.id}: {error}") from error


def task_from_record(data: object, *, where: str = "") -> Task:
    """Return the task of a record, complete and checked.

    A record without `split` gets its family's; one without `content_hash` gets the computed one.

    Args:
        data: What a JSON reader made of the record.
        where: File and line, for error messages.

    Raises:
        TaskError: a field is missing, unknown or wrong; the message names record, field and value.
    """
    name = f"{where}: " if where else ""
    if isinstance(data, dict) and isinstance(data.get("id"), str):
        name += f"task {data['id'][:60]!r}: "
    try:
        task = _decode(data)
        _check(task)
        actual = _hash_of_record(data) if task.content_hash else ""
        if not task.content_hash or actual != task.content_hash:
            computed = content_hash(task)
            if task.content_hash not in ("", computed):
                problem = f"is {task.content_hash}, the content gives {computed}; remove it if you edited"
                raise Invalid(problem).under("content_hash")
            task = replace(task, content_hash=computed)
    except Invalid as error:
        raise TaskError(name + str(error)) from error
    return task


def _decode(data: object) -> Task:
    if type(data) is not dict:
        raise Invalid("a record must be an object")
    if "split" not in data and isinstance(data.get("family_id"), str):
        data = {**data, "split": split_of(data["family_id"])}
    task: Task = _TASK.decode(data)
    return task


def content_hash(task: Task) -> str:
    """Return the hash of everything in a task but `content_hash` and `validation`."""
    return _hash_of_record(task_to_record(task))


def with_content_hash(task: Task) -> Task:
    """Return the task with its content hash filled in."""
    return replace(task, content_hash=content_hash(task))


def _hash_of_record(data: object) -> str:
    kept = (
        {key: value for key, value in data.items() if key not in _MEASURED}
        if isinstance(data, dict)
        else data
    )
    text_form = json.dumps(kept, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text_form.encode()).hexdigest()[:32]


def dump_record(task: Task) -> str:
    """Return the one line that a pack holds for a task, without the line break."""
    return json.dumps(task_to_record(task), ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a record."""
    schema = dict(_TASK.schema)
    schema["required"] = [name for name in schema["required"] if name != "split"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "CodeArena task",
        "description": "One line of a task pack.",
        **schema,
    }


def _check(task: Task) -> None:
    """Check what no single field can say."""
    ids = [case.id for case in (*task.visible_cases, *task.hidden_cases)]
    if len(set(ids)) != len(ids):
        twice = next(name for name in ids if ids.count(name) > 1)
        raise Invalid(f"two cases are called {twice!r}").under("hidden_cases")
    if not task.hidden_cases:
        raise Invalid("at least one case is needed").under("hidden_cases")
    if (task.comparator.kind == "checker") != bool(task.checker):
        raise Invalid("a checker and comparator.kind=checker go together").under("checker")
    if task.scaling is not None:
        if task.scaling.entry_point not in task.entry_points:
            raise Invalid(f"{task.scaling.entry_point!r} is no entry point").under("scaling.entry_point")
        if list(task.scaling.sizes) != sorted(set(task.scaling.sizes)):
            raise Invalid("must ascend").under("scaling.sizes")
    _check_cases(task)


_CHECKED: dict[tuple[int, int, tuple[str, ...]], tuple[object, object]] = {}
"""Case tables found sound, by identity: the tasks of a family share theirs. The values keep them alive."""


def _check_cases(task: Task) -> None:
    key = (id(task.visible_cases), id(task.hidden_cases), task.entry_points)
    if key in _CHECKED:
        return
    for field in ("visible_cases", "hidden_cases"):
        for position, case in enumerate(getattr(task, field)):
            for problem in _case_problems(task, case):
                raise Invalid(problem).under(f"{field}[{position}]")
    if len(_CHECKED) >= 4096:
        _CHECKED.clear()
    _CHECKED[key] = (task.visible_cases, task.hidden_cases)


def _case_problems(task: Task, case: TestCase) -> Iterator[str]:
    handles: set[str] = set()
    for step in case.steps:
        base, _, method = step.call.partition(".")
        if base not in handles and base not in task.entry_points:
            yield f"calls {step.call!r}, which is neither an entry point nor bound before"
        if method == "" and base in handles and base not in task.entry_points:
            yield f"calls the handle {base!r} itself; name a method"
        if any(position >= len(step.args) for position in step.mutates):
            yield f"{step.call} declares that it changes an argument that it does not get"
        if not step.raises and len(step.mutates) != len(step.args_after):
            yield f"{step.call} needs one item in args_after for each of mutates"
        if step.bind:
            handles.add(step.bind)
