"""The sink as a real Ray actor: killed with -9 in the middle of a run, it costs nothing."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from builders.rows import group_table

from codearena_ray.actors.sink import RemoteSink, SinkClient, start_sink
from codearena_ray.actors.sink_store import SinkOptions
from codearena_ray.errors import DeadlineError, SinkError
from codearena_ray.trajectory.keys import store_key
from codearena_ray.trajectory.reading import find_damage, read_rows

NUM_GROUPS = 40


@pytest.mark.usefixtures("ray_session")
def test_a_sink_killed_twice_in_the_middle_of_a_run_loses_and_doubles_nothing(tmp_path: Path) -> None:
    events: list[str] = []
    sink = RemoteSink(SinkOptions(directory=str(tmp_path), max_rows=24, compact_after=3))
    client = SinkClient(
        sink,
        deadline_s=60,
        window=8,
        on_event=lambda kind, actor, cause: events.append(f"{kind} {actor} {cause}"),
    )
    pids = []
    for number in range(NUM_GROUPS):
        table = group_table(f"g{number}")
        client.write_group(store_key(table), table)
        if number in (10, 25):
            client.flush()
            pids.append(sink.health(timeout_s=30).pid)
            for extra in range(4):
                more = group_table(f"g{number}-{extra}")
                client.write_group(store_key(more), more)
            os.kill(pids[-1], signal.SIGKILL)
    client.flush()
    pids.append(sink.health(timeout_s=30).pid)
    client.close()
    expected = {f"g{number}" for number in range(NUM_GROUPS)} | {
        f"g{n}-{e}" for n in (10, 25) for e in range(4)
    }
    rows = read_rows(tmp_path, columns=["group_id", "sample_index"], include_open=False).to_pylist()
    found = [(row["group_id"], row["sample_index"]) for row in rows]
    assert len(found) == len(set(found)) == 4 * len(expected)
    assert {group for group, _ in found} == expected
    assert find_damage(tmp_path) == []
    assert len(set(pids)) == 3
    assert client.num_lost == 2
    assert [event.split()[0] for event in events] == ["sink_lost", "sink_restarted"] * 2


@pytest.mark.usefixtures("ray_session")
def test_a_stopped_sink_ends_in_a_deadline_error_and_close_leaves_no_process(tmp_path: Path) -> None:
    sink = RemoteSink(SinkOptions(directory=str(tmp_path)))
    client = SinkClient(sink, deadline_s=2, on_event=lambda *_: None)
    pid = sink.health(timeout_s=30).pid
    os.kill(pid, signal.SIGSTOP)
    table = group_table("a")
    client.write_group(store_key(table), table)
    started = time.monotonic()
    with pytest.raises(DeadlineError, match="no acknowledgement"):
        client.flush()
    with pytest.raises(DeadlineError):
        sink.health(timeout_s=0.5)
    with pytest.raises(DeadlineError):
        client.close()
    assert time.monotonic() - started < 20
    assert _gone(pid)


@pytest.mark.usefixtures("ray_session")
def test_what_the_sink_refuses_comes_back_as_the_error_it_was(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    client = start_sink(tmp_path / "file", deadline_s=20, on_event=lambda *_: None)
    table = group_table("a")
    client.write_group(store_key(table), table)
    with pytest.raises(SinkError, match="file"):
        client.flush()
    with pytest.raises(SinkError):
        client.close()
    other = start_sink(tmp_path / "rows", deadline_s=20, on_event=lambda *_: None)
    other.write_group(("run-1", "b", 0), table)
    with pytest.raises(ValueError, match="were sent as"):
        other.flush()
    other.close()


def _gone(pid: int, *, within_s: float = 20.0) -> bool:
    give_up_at = time.monotonic() + within_s
    while time.monotonic() < give_up_at:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False
