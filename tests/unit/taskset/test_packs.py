import gzip
import json
import time
from pathlib import Path

import pytest
from task_builders import make_task

from codearena_ray.config import TasksConfig
from codearena_ray.errors import TaskError
from codearena_ray.taskset import TaskSet, load_pack, save_pack, task_to_record
from codearena_ray.taskset import packs as packs_module
from codearena_ray.types import Category


def _tasks() -> list:
    return [
        make_task("sums-a"),
        make_task("sums-b", category=Category.TYPE, bug_type="missing_cast", buggy_code="x = 1\n" * 40),
        make_task("sums-c", split="dev"),
        make_task("sums-canary", is_canary=True),
    ]


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".parquet"])
def test_a_pack_comes_back_as_it_was_saved(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"pack{suffix}"
    save_pack(_tasks(), path)
    loaded = load_pack(path)
    assert list(loaded) == _tasks()
    assert loaded.hash == TaskSet(_tasks()).hash
    assert [f.name for f in tmp_path.iterdir()] == [path.name]


def test_equal_tasks_give_equal_bytes(tmp_path: Path) -> None:
    save_pack(_tasks(), tmp_path / "a.jsonl.gz")
    time.sleep(1.1)
    save_pack(_tasks(), tmp_path / "b.jsonl.gz")
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()


def test_an_unknown_id_suggests_near_ones() -> None:
    with pytest.raises(TaskError, match=r"no task 'sums-bb'; did you mean .*sums-b"):
        TaskSet(_tasks()).by_id("sums-bb")
    assert TaskSet(_tasks()).by_id("sums-b").id == "sums-b"


def test_a_selection_follows_the_configuration() -> None:
    tasks = TaskSet(_tasks())
    assert [t.id for t in tasks.select(TasksConfig())] == ["sums-a", "sums-b"]
    assert [t.id for t in tasks.select(TasksConfig(split="dev"))] == ["sums-c"]
    assert [t.id for t in tasks.select(TasksConfig(categories=("type",)))] == ["sums-b"]
    assert [t.id for t in tasks.select(TasksConfig(bug_types=("constant",)))] == ["sums-a"]
    assert [t.id for t in tasks.select(TasksConfig(max_lines=10))] == ["sums-a"]
    assert [t.id for t in tasks.select(TasksConfig(ids=("sums-b",)))] == ["sums-b"]
    assert "sums-canary" in [t.id for t in tasks.select(TasksConfig(include_canaries=True))]


def test_a_selection_that_names_what_is_not_there_is_refused() -> None:
    tasks = TaskSet(_tasks())
    for config in (
        TasksConfig(ids=("sums-x",)),
        TasksConfig(categories=("style",)),
        TasksConfig(bug_types=("typo",)),
        TasksConfig(split="test"),
    ):
        with pytest.raises(TaskError):
            tasks.select(config)


def test_two_tasks_with_one_id_are_refused() -> None:
    with pytest.raises(TaskError, match="two tasks are called 'sums-a'"):
        TaskSet([make_task("sums-a"), make_task("sums-a")])


def test_a_missing_pack_and_an_unknown_ending_are_the_users_to_fix(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="no pack 'nonsense'"):
        load_pack("nonsense")
    (tmp_path / "pack.txt").write_text("{}")
    with pytest.raises(TaskError, match="none of"):
        load_pack(tmp_path / "pack.txt")
    with pytest.raises(TaskError, match="ends in"):
        save_pack(_tasks(), tmp_path / "pack.csv")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"{", ":2: not JSON"),
        (b"[" * 100_000, ":2: not JSON"),
        (b'{"id": NaN}', ":2: not JSON"),
        (b"\xff\xfe", ":2: not JSON"),
        (b"9" * 10_000, ":2: "),
        (b"[]", ":2: a record must be an object"),
        (b'{"id": "x"}', ":2: task 'x': statement: is missing"),
    ],
)
def test_a_hostile_line_is_named_and_nothing_else_happens(tmp_path: Path, line: bytes, told: str) -> None:
    path = tmp_path / "pack.jsonl"
    path.write_bytes(json.dumps(task_to_record(make_task())).encode() + b"\n" + line + b"\n")
    with pytest.raises(TaskError) as caught:
        load_pack(path)
    assert told in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_an_endless_line_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "pack.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        for _ in range(64):
            stream.write(b" " * (1 << 20))
    started = time.monotonic()
    with pytest.raises(TaskError, match="longer than"):
        load_pack(path)
    assert time.monotonic() - started < 5


def test_a_pack_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs_module, "MAX_PACK_BYTES", 1000)
    save_pack(_tasks(), tmp_path / "pack.jsonl")
    with pytest.raises(TaskError, match="larger than"):
        load_pack(tmp_path / "pack.jsonl")


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08\x00broken", b"PAR1 but not really"])
def test_a_broken_file_is_no_pack(tmp_path: Path, content: bytes) -> None:
    for name in ("pack.jsonl.gz", "pack.parquet", "pack.jsonl"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(TaskError):
            load_pack(tmp_path / name)


def test_a_truncated_gzip_is_no_pack(tmp_path: Path) -> None:
    save_pack(_tasks() * 1, tmp_path / "whole.jsonl.gz")
    (tmp_path / "cut.jsonl.gz").write_bytes((tmp_path / "whole.jsonl.gz").read_bytes()[:-20])
    with pytest.raises(TaskError):
        load_pack(tmp_path / "cut.jsonl.gz")
