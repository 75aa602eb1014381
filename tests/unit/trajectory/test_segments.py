"""A group is stored once and is safe when `write_group` returns, whatever ends the writer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from builders.rows import group_table

from codearena_ray.errors import SinkError
from codearena_ray.trajectory import compaction, segments
from codearena_ray.trajectory.durable import file_sha256
from codearena_ray.trajectory.keys import StoreKey, store_key
from codearena_ray.trajectory.layout import list_segments
from codearena_ray.trajectory.open_segment import read_complete_groups
from codearena_ray.trajectory.reading import find_damage, read_rows
from codearena_ray.trajectory.segments import SegmentWriter

ROOT = Path(__file__).resolve().parents[3]


def write(writer: SegmentWriter, *group_ids: str, size: int = 4, attempt: int = 0) -> list[bool]:
    tables = [group_table(group_id, size=size, attempt=attempt) for group_id in group_ids]
    return [writer.write_group(store_key(table), table) for table in tables]


def stored_groups(directory: Path) -> list[str]:
    """Return the group of each row, in order."""
    return read_rows(directory, columns=["group_id"]).column("group_id").to_pylist()


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if path.name != "writer.lock")


def crash(writer: SegmentWriter) -> None:
    """Let go of everything as a killed process does: nothing is finished, the lock is free."""
    writer._release()


def test_rows_are_readable_at_once_and_come_back_in_order(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, max_rows=1000)
    assert write(writer, "a", "b") == [True, True]
    assert stored_groups(tmp_path) == ["a"] * 4 + ["b"] * 4
    assert read_rows(tmp_path, columns=["group_id"], include_open=False).num_rows == 0
    writer.close()
    assert read_rows(tmp_path, include_open=False).equals(
        pa.concat_tables([group_table("a"), group_table("b")])
    )


def test_a_group_sent_twice_is_stored_once_before_and_after_a_restart_and_compaction(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, max_rows=4)
    assert write(writer, "a", "a", "b") == [True, False, True]
    assert write(writer, "a", attempt=1) == [True]
    crash(writer)
    writer = SegmentWriter(tmp_path, max_rows=4)
    assert write(writer, "a", "b", "c") == [False, False, True]
    writer.compact()
    assert write(writer, "a", "c") == [False, False]
    writer.close(compact=True)
    assert write(SegmentWriter(tmp_path), "a", "b", "c") == [False, False, False]
    assert stored_groups(tmp_path) == ["a"] * 4 + ["b"] * 4 + ["a"] * 4 + ["c"] * 4


def test_segments_close_when_full_and_when_old(tmp_path: Path) -> None:
    now = 100.0
    writer = SegmentWriter(tmp_path, max_rows=8, max_age_s=60, clock=lambda: now)
    write(writer, "a")
    assert names(tmp_path) == ["000001.arrow.partial", "manifest.json"]
    write(writer, "b")
    assert names(tmp_path) == ["000001.arrow", "manifest.json"]
    write(writer, "c")
    now += 61
    writer.tick()
    assert names(tmp_path) == ["000001.arrow", "000002.arrow", "manifest.json"]


def test_every_group_acknowledged_before_a_crash_is_there_after_it(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path)
    write(writer, "a", "b", "c")
    crash(writer)
    writer = SegmentWriter(tmp_path)
    assert writer.recovery.num_recovered == 3
    assert (writer.num_groups, writer.num_rows) == (3, 12)
    assert names(tmp_path) == ["000001.arrow", "manifest.json"]
    write(writer, "d")
    writer.close()
    assert stored_groups(tmp_path) == [group for group in "abcd" for _ in range(4)]
    assert find_damage(tmp_path) == []


def test_a_torn_group_is_dropped_wherever_it_was_cut_and_can_be_sent_again(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    writer = SegmentWriter(whole)
    partial = whole / "000001.arrow.partial"
    ends = []
    for group in "ab":
        write(writer, group)
        ends.append(partial.stat().st_size)
    crash(writer)
    content = partial.read_bytes()
    cuts = [
        0,
        5,
        8,
        100,
        ends[0] - 1,
        ends[0],
        ends[0] + 1,
        ends[0] + 9,
        ends[0] + 200,
        ends[1] - 64,
        ends[1] - 1,
    ]
    for cut in cuts:
        directory = tmp_path / str(cut)
        directory.mkdir()
        (directory / partial.name).write_bytes(content[:cut])
        kept = int(cut >= ends[0])
        assert len(stored_groups(directory)) == 4 * kept, cut
        again = SegmentWriter(directory)
        assert again.recovery.num_recovered == kept, cut
        assert write(again, "a", "b") == [not kept, True]
        again.close()
        assert sorted(stored_groups(directory)) == ["a"] * 4 + ["b"] * 4


def test_a_group_whose_bytes_changed_is_not_believed(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path)
    write(writer, "a", "b")
    crash(writer)
    partial = tmp_path / "000001.arrow.partial"
    content = bytearray(partial.read_bytes())
    at = content.rindex(b"Return twice") if b"Return twice" in content else content.rindex(b"All visible")
    content[at : at + 3] = b"\0\0\0"
    partial.write_bytes(content)
    assert [key.group_id for key, _ in read_complete_groups(partial)] == ["a"]


def test_leftovers_of_every_kind_are_removed_when_the_directory_is_opened(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, max_rows=4)
    write(writer, "a", "b")
    writer.close()
    (tmp_path / ".000009.arrow.77.partial").write_bytes(b"half")
    (tmp_path / "000003.arrow.partial").write_bytes(b"ARR")
    (tmp_path / "000001.arrow.partial").write_bytes((tmp_path / "000001.arrow").read_bytes())
    writer = SegmentWriter(tmp_path)
    assert names(tmp_path) == ["000001.arrow", "000002.arrow", "manifest.json"]
    assert len(writer.recovery.removed) == 3
    assert stored_groups(tmp_path) == ["a"] * 4 + ["b"] * 4


@pytest.mark.parametrize("step", ["write_manifest", "sync_directory"])
def test_a_crash_inside_a_compaction_neither_loses_nor_doubles_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    writer = SegmentWriter(tmp_path, max_rows=4)
    write(writer, "a", "b", "c")

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(compaction, step, fail)
        with pytest.raises(SinkError, match="Input/output error"):
            writer.compact()
    assert sorted(stored_groups(tmp_path)) == sorted("abc" * 4)
    writer = SegmentWriter(tmp_path)
    assert names(tmp_path) == ["000001-000003.parquet", "manifest.json"]
    assert write(writer, "a", "b", "c", "d") == [False, False, False, True]
    writer.close()
    assert sorted(stored_groups(tmp_path)) == sorted("abcd" * 4)
    assert find_damage(tmp_path) == []


def test_a_crash_between_closing_a_segment_and_its_manifest_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = SegmentWriter(tmp_path)
    write(writer, "a")

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(segments, "write_manifest", fail)
        with pytest.raises(SinkError):
            writer.flush()
    assert SegmentWriter(tmp_path).num_groups == 1
    assert find_damage(tmp_path) == []


def test_segments_are_compacted_into_parquet_when_there_are_enough(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, max_rows=4, compact_after=3)
    write(writer, *"abcdefg")
    assert names(tmp_path) == [
        "000001-000003.parquet",
        "000004-000006.parquet",
        "000007.arrow",
        "manifest.json",
    ]
    writer.close(compact=True)
    assert names(tmp_path)[2] == "000007-000007.parquet"
    assert stored_groups(tmp_path) == [group for group in "abcdefg" for _ in range(4)]


def test_the_manifest_lists_files_rows_groups_and_checksums(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, max_rows=8)
    write(writer, "a", "b")
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert (manifest["schema_version"], manifest["rows"], manifest["groups"]) == (1, 8, 2)
    (segment,) = manifest["segments"]
    assert segment["name"] == "000001.arrow"
    assert segment["sha256"] == file_sha256(tmp_path / "000001.arrow")
    assert segment["groups"][0] == {"run_id": "run-1", "group_id": "a", "attempt": 0, "rows": 4}


def test_a_missing_or_stale_manifest_is_made_again_from_the_files(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, max_rows=4)
    write(writer, "a", "b")
    writer.close()
    (tmp_path / "manifest.json").unlink()
    assert find_damage(tmp_path) == ["000001.arrow: not listed", "000002.arrow: not listed"]
    SegmentWriter(tmp_path).close()
    assert find_damage(tmp_path) == []
    (tmp_path / "000001.arrow").unlink()
    assert find_damage(tmp_path) == ["000001.arrow: listed, but missing"]
    assert SegmentWriter(tmp_path).recovery.missing == ("000001.arrow",)


def test_damage_is_found_and_named(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, max_rows=4)
    write(writer, "a")
    writer.close()
    path = tmp_path / "000001.arrow"
    content = path.read_bytes()
    path.write_bytes(content[:-40] + bytes(40))
    assert find_damage(tmp_path) == ["000001.arrow: its checksum differs from the manifest's"]
    path.write_bytes(content[:-40])
    with pytest.raises(SinkError, match=r"000001\.arrow: damaged"):
        SegmentWriter(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(SinkError, match=r"manifest\.json: damaged"):
        SegmentWriter(tmp_path)


def test_rows_of_another_group_or_schema_are_refused_and_the_writer_lives_on(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path)
    with pytest.raises(ValueError, match="were sent as"):
        writer.write_group(StoreKey("run-1", "b", 0), group_table("a"))
    with pytest.raises(ValueError, match="not a table of rows"):
        writer.write_group(StoreKey("run-1", "a", 0), pa.table({"x": [1]}))
    mixed = pa.concat_tables([group_table("a"), group_table("b")])
    with pytest.raises(ValueError, match="rows of one group"):
        writer.write_group(StoreKey("run-1", "a", 0), mixed)
    assert write(writer, "a") == [True]


def test_a_second_writer_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path)
    with pytest.raises(SinkError, match="another process writes here"):
        SegmentWriter(tmp_path)
    writer.close()
    writer.close()
    SegmentWriter(tmp_path).close()
    with pytest.raises(SinkError, match="the writer is closed"):
        write(writer, "a")


def test_a_directory_that_cannot_be_made_is_a_sink_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SinkError, match="file"):
        SegmentWriter(tmp_path / "file" / "trajectories")


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, "tests")
from builders.rows import group_table
from codearena_ray.errors import SinkError
from codearena_ray.trajectory.keys import store_key
from codearena_ray.trajectory.segments import SegmentWriter

directory = Path(sys.argv[1])
writer = SegmentWriter(directory)
small, large = group_table("small"), group_table("large", text="x" * 400_000)
writer.write_group(store_key(small), small)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
for _ in range(2):
    try:
        writer.write_group(store_key(large), large)
    except SinkError as error:
        print("refused:", error)
    writer.close()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
writer = SegmentWriter(directory)
print("recovered", writer.recovery.num_recovered)
print("stored", [writer.write_group(store_key(t), t) for t in (small, large)])
writer.close()
"""


def test_a_write_that_does_not_fit_is_a_sink_error_and_costs_only_that_group(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "File too large" in lines[0]
    assert "the writer is closed" in lines[1]
    assert lines[2:] == ["recovered 1", "stored [False, True]"]
    assert sorted(stored_groups(tmp_path)) == ["large"] * 4 + ["small"] * 4


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, "tests")
from builders.rows import group_table
from codearena_ray.trajectory.keys import store_key
from codearena_ray.trajectory.segments import SegmentWriter

writer = SegmentWriter(Path(sys.argv[1]), max_rows=12, compact_after=2)
for number in range(1000):
    table = group_table(f"g{number}")
    writer.write_group(store_key(table), table)
    print(number, flush=True)
"""


def test_a_writer_killed_at_any_moment_keeps_exactly_what_it_acknowledged_or_one_group_more(
    tmp_path: Path,
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    while int(process.stdout.readline()) < 16:
        pass
    os.kill(process.pid, signal.SIGKILL)
    acknowledged = 17 + len(process.stdout.read().splitlines())
    process.wait()
    writer = SegmentWriter(tmp_path)
    stored = stored_groups(tmp_path)
    assert len(stored) == len(set(stored)) * 4
    assert acknowledged <= writer.num_groups <= acknowledged + 1
    assert {f"g{number}" for number in range(acknowledged)} <= set(stored)
    assert not list_segments(tmp_path).open
    writer.close()
    assert find_damage(tmp_path) == []
