"""Packs: files of task records, and the task sets that they become.

`.jsonl`, `.jsonl.gz` (equal tasks give equal bytes) and `.parquet`. A pack may come from anybody: lines,
totals and counts are bounded before anything is parsed, and nothing in a pack is ever run here.
"""

from __future__ import annotations

import difflib
import gzip
import hashlib
import io
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, overload

from codearena_ray.config import TasksConfig, data_dir
from codearena_ray.errors import TaskError
from codearena_ray.taskset.schema import dump_record, task_from_record
from codearena_ray.types import Task

MAX_LINE_BYTES = 4 << 20
MAX_PACK_BYTES = 1 << 30
MAX_TASKS = 200_000
SUFFIXES = (".jsonl", ".jsonl.gz", ".parquet")


class TaskSet(Sequence[Task]):
    """Tasks in a fixed order, findable by id.

    Args:
        tasks: The tasks; their ids are unique.
        name: What to call the set in messages.

    Raises:
        TaskError: two tasks share an id.
    """

    def __init__(self, tasks: Iterable[Task], *, name: str = "tasks") -> None:
        self.name = name
        self._tasks = tuple(tasks)
        self._by_id = {task.id: task for task in self._tasks}
        if len(self._by_id) != len(self._tasks):
            twice = Counter(task.id for task in self._tasks).most_common(1)[0][0]
            raise TaskError(f"{name}: two tasks are called {twice!r}")

    @overload
    def __getitem__(self, index: int) -> Task: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Task]: ...
    def __getitem__(self, index: int | slice) -> Task | Sequence[Task]:
        """Return the task at a position, or the tasks of a slice."""
        return self._tasks[index]

    def __len__(self) -> int:
        """Return the number of tasks."""
        return len(self._tasks)

    @property
    def hash(self) -> str:
        """Hash of the ids and contents in order; measured metadata do not count."""
        digest = hashlib.sha256()
        for task in self._tasks:
            digest.update(f"{task.id}\x00{task.content_hash}\n".encode())
        return digest.hexdigest()[:32]

    def by_id(self, task_id: str) -> Task:
        """Return the task with this id.

        Raises:
            TaskError: there is none; the message suggests near ids.
        """
        if task_id in self._by_id:
            return self._by_id[task_id]
        near = difflib.get_close_matches(task_id[:120], self._by_id, n=3, cutoff=0.5)
        family = task_id.split("-")[0]
        near = near or [name for name in self._by_id if name.startswith(family)][:3]
        hint = f"; did you mean {', '.join(near)}?" if near else "; `codearena tasks list` shows all"
        raise TaskError(f"{self.name}: no task {task_id[:120]!r}{hint}")

    def select(self, config: TasksConfig) -> TaskSet:
        """Return the tasks that a configuration asks for, in the same order.

        Raises:
            TaskError: an id is unknown, or nothing is left.
        """
        for task_id in config.ids:
            self.by_id(task_id)
        for field, wanted, present in (
            ("categories", config.categories, {t.category.value for t in self._tasks}),
            ("bug_types", config.bug_types, {t.bug_type for t in self._tasks}),
        ):
            for name in wanted:
                if name not in present:
                    known = ", ".join(sorted(present))
                    raise TaskError(f"tasks.{field}: {self.name} has no {name!r}; it has {known}")
        chosen = [task for task in self._tasks if _wanted(task, config)]
        if not chosen:
            raise TaskError(
                f"{self.name}: no task of split {config.split} is left after tasks.categories, bug_types, "
                "ids and max_lines; loosen one of them"
            )
        return TaskSet(chosen, name=self.name)


def _wanted(task: Task, config: TasksConfig) -> bool:
    return (
        task.split == config.split
        and (not config.categories or task.category.value in config.categories)
        and (not config.bug_types or task.bug_type in config.bug_types)
        and (not config.ids or task.id in config.ids)
        and (config.max_lines == 0 or task.buggy_code.count("\n") <= config.max_lines)
        and (config.include_canaries or not task.is_canary)
    )


def pack_path(name_or_path: str | Path) -> Path:
    """Return the file that a pack argument names: a path, or the name of a shipped pack.

    Raises:
        TaskError: there is no such file, or its format is unknown.
    """
    path = Path(name_or_path)
    if not path.is_file() and "/" not in str(name_or_path):
        shipped = data_dir("packs") / f"{name_or_path}.jsonl.gz"
        if shipped.is_file():
            return shipped
    if not path.is_file():
        names = ", ".join(
            sorted(f.name.removesuffix(".jsonl.gz") for f in data_dir("packs").glob("*.jsonl.gz"))
        )
        raise TaskError(f"tasks.pack: no pack {str(name_or_path)!r} (shipped packs: {names or 'none'})")
    if not path.name.endswith(SUFFIXES):
        raise TaskError(f"tasks.pack: {path} is none of {', '.join(SUFFIXES)}")
    return path


def load_pack(name_or_path: str | Path) -> TaskSet:
    """Return the tasks of a pack.

    Args:
        name_or_path: `builtin`, or a `.jsonl`, `.jsonl.gz` or `.parquet` file.

    Raises:
        TaskError: there is no such pack, or one of its records is wrong: named by file, line, task and field.
    """
    path = pack_path(name_or_path)
    tasks: list[Task] = []
    for where, data in _records(path):
        if len(tasks) >= MAX_TASKS:
            raise TaskError(f"{path}: more than {MAX_TASKS} tasks")
        tasks.append(task_from_record(data, where=where))
    if not tasks:
        raise TaskError(f"{path}: holds no tasks")
    return TaskSet(tasks, name=str(name_or_path))


def _records(path: Path) -> Iterator[tuple[str, object]]:
    if path.name.endswith(".parquet"):
        from codearena_ray.taskset.parquet import read_rows  # pyarrow only where it is needed

        for number, row in enumerate(read_rows(path, limit=MAX_PACK_BYTES), start=1):
            yield f"{path}:{number}", row
        return
    with path.open("rb") as file:
        stream = gzip.GzipFile(fileobj=file) if path.name.endswith(".gz") else file
        for number, line in enumerate(_lines(path, stream), start=1):
            if line.strip():
                yield f"{path}:{number}", _parse(path, number, line)


def _lines(path: Path, stream: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    total, number = 0, 0
    while True:
        number += 1
        try:
            line = stream.readline(MAX_LINE_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise TaskError(f"{path}:{number}: cannot be read: {error}") from error
        if not line:
            return
        total += len(line)
        if len(line) > MAX_LINE_BYTES:
            raise TaskError(f"{path}:{number}: the line is longer than {MAX_LINE_BYTES} bytes")
        if total > MAX_PACK_BYTES:
            raise TaskError(f"{path}:{number}: the pack is larger than {MAX_PACK_BYTES} bytes")
        yield line


def _parse(path: Path, number: int, line: bytes) -> object:
    try:
        data: object = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise TaskError(f"{path}:{number}: not JSON: {str(error)[:200]}") from error
    return data


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON; write it as a tagged float")


def save_pack(tasks: Iterable[Task], path: Path) -> None:
    """Write tasks as a pack, atomically; equal tasks give equal bytes (Parquet: equal tables).

    Raises:
        TaskError: the file name's ending is unknown, or a task has no JSON form.
    """
    listed = list(tasks)
    if path.name.endswith(".parquet"):
        from codearena_ray.taskset.parquet import table_bytes

        data = table_bytes(listed)
    elif path.name.endswith((".jsonl", ".jsonl.gz")):
        data = "".join(dump_record(task) + "\n" for task in listed).encode("ascii")
        if path.name.endswith(".gz"):
            packed = io.BytesIO()
            with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as stream:
                stream.write(data)
            data = packed.getvalue()
    else:
        raise TaskError(f"{path}: a pack's name ends in {', '.join(SUFFIXES)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(data)
    partial.replace(path)
