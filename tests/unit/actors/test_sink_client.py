"""The driver's end of the sink loses no group and doubles none, and never waits for ever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from builders.rows import group_table

from codearena_ray.actors.sink_client import SinkClient, SinkLostError
from codearena_ray.actors.sink_store import Sink, SinkOptions
from codearena_ray.errors import DeadlineError, SinkError
from codearena_ray.trajectory.keys import StoreKey, store_key
from codearena_ray.trajectory.reading import read_rows


class FakeSink:
    """A sink behind a queue: calls run at `work`, may be lost before or after they ran, or never answer."""

    def __init__(self, directory: Path) -> None:
        self.options = SinkOptions(directory=str(directory))
        self.now = 0.0
        self.eager = True
        self.stopped = False
        self.sent: list[str] = []
        self._sink = Sink(self.options)
        self._queue: list[tuple[int, Callable[[], Any]]] = []
        self._results: dict[int, Any] = {}
        self._handles = 0
        self._restarting = 0

    def send(self, key: StoreKey, rows: Any) -> int:
        self.sent.append(key.group_id)
        return self._enqueue(lambda: self._sink.write_group(key, rows))

    def call(self, method: str) -> int:
        return self._enqueue(lambda: getattr(self._sink, method)())

    def wait(self, handles: Sequence[int], *, timeout_s: float) -> list[int]:
        if self.eager:
            self.work()
        known = [handle for handle in handles if handle in self._results]
        if not known:
            self.now += timeout_s
        return known

    def fetch(self, handle: int) -> Any:
        result = self._results.pop(handle)
        if isinstance(result, Exception):
            raise result
        return result

    def stop(self) -> None:
        self.stopped = True

    def work(self, count: int = 1000) -> None:
        for _ in range(min(count, len(self._queue))):
            handle, action = self._queue.pop(0)
            try:
                self._results[handle] = action()
            except (SinkError, ValueError) as error:
                self._results[handle] = error

    def kill(self, *, after: int = 0, restarting: int = 0) -> None:
        """Lose what is in flight, though its first `after` calls had run; then refuse some calls."""
        for _, action in self._queue[:after]:
            action()
        for handle, _ in self._queue:
            self._results[handle] = SinkLostError("killed")
        self._queue.clear()
        if self._sink._writer is not None:
            self._sink._writer._release()
        self._sink = Sink(self.options)
        self._restarting = restarting

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def _enqueue(self, action: Callable[[], Any]) -> int:
        self._handles += 1
        if self._restarting:
            self._restarting -= 1
            self._results[self._handles] = SinkLostError("restarting")
        else:
            self._queue.append((self._handles, action))
        return self._handles


def make_client(sink: FakeSink, **changes: Any) -> tuple[SinkClient, list[str]]:
    events: list[str] = []
    client = SinkClient(
        sink,
        on_event=lambda kind, actor, cause: events.append(f"{kind} {actor}: {cause}"),
        clock=lambda: sink.now,
        pause=sink.pause,
        **{"deadline_s": 60.0, **changes},
    )
    return client, events


def write(client: SinkClient, *group_ids: str) -> None:
    for group_id in group_ids:
        table = group_table(group_id)
        client.write_group(store_key(table), table)


def stored(directory: Path) -> list[str]:
    return sorted(read_rows(directory, columns=["group_id"]).column("group_id").to_pylist())


def test_groups_are_acknowledged_and_readable_after_close(tmp_path: Path) -> None:
    sink = FakeSink(tmp_path)
    client, events = make_client(sink)
    write(client, "a", "b")
    client.flush()
    assert (client.num_acknowledged, client.num_pending) == (2, 0)
    assert read_rows(tmp_path, include_open=False).num_rows == 8
    client.close()
    client.close()
    assert sink.stopped
    assert [path.suffix for path in tmp_path.glob("0*")] == [".parquet"]
    assert events == []
    with pytest.raises(SinkError, match="closed"):
        write(client, "c")


@pytest.mark.parametrize("done_before_death", [0, 1, 3])
def test_a_sink_that_dies_with_groups_in_flight_gets_them_again_once(
    tmp_path: Path, done_before_death: int
) -> None:
    sink = FakeSink(tmp_path)
    client, events = make_client(sink)
    sink.eager = False
    write(client, "a", "b", "c")
    sink.kill(after=done_before_death, restarting=5)
    sink.eager = True
    write(client, "d")
    client.close()
    assert stored(tmp_path) == sorted("abcd" * 4)
    assert client.num_lost == 1
    assert [event.split(":")[0] for event in events] == ["sink_lost sink", "sink_restarted sink"]


def test_an_acknowledgement_from_before_the_death_is_not_taken_for_a_restart(tmp_path: Path) -> None:
    sink = FakeSink(tmp_path)
    client, events = make_client(sink)
    sink.eager = False
    write(client, "a", "b")
    sink.work(1)
    sink.kill(restarting=3)
    client.poll()
    assert [event.split(":")[0] for event in events] == ["sink_lost sink"]
    sink.eager = True
    client.flush()
    assert client.num_lost == 1
    assert len(events) == 2


def test_a_sink_lost_during_flush_is_asked_again(tmp_path: Path) -> None:
    sink = FakeSink(tmp_path)
    client, events = make_client(sink)
    write(client, "a")
    client.poll()
    sink.kill(restarting=2)
    client.flush()
    assert read_rows(tmp_path, include_open=False).num_rows == 4
    assert len(events) == 2


def test_the_window_bounds_what_is_in_flight(tmp_path: Path) -> None:
    sink = FakeSink(tmp_path)
    client, _ = make_client(sink, window=2, deadline_s=5.0)
    sink.eager = False
    write(client, "a", "b")
    with pytest.raises(DeadlineError, match="no room among 2 groups in flight within 5 s"):
        write(client, "c")
    assert sink.sent == ["a", "b"]
    sink.work()
    write(client, "c")
    assert client.num_pending == 1


def test_a_group_given_twice_while_in_flight_is_sent_once(tmp_path: Path) -> None:
    sink = FakeSink(tmp_path)
    client, _ = make_client(sink)
    sink.eager = False
    write(client, "a", "a")
    assert sink.sent == ["a"]


def test_a_sink_that_hangs_ends_every_wait_at_its_deadline(tmp_path: Path) -> None:
    sink = FakeSink(tmp_path)
    client, _ = make_client(sink, deadline_s=10.0)
    sink.eager = False
    write(client, "a")
    with pytest.raises(DeadlineError, match="no acknowledgement of all groups within 10 s"):
        client.flush()
    sink.now += 1
    with pytest.raises(DeadlineError, match="1 groups, first a, unacknowledged"):
        client.poll()
    with pytest.raises(DeadlineError):
        client.close()
    assert sink.stopped


def test_a_sink_that_never_comes_back_ends_in_a_deadline_error(tmp_path: Path) -> None:
    sink = FakeSink(tmp_path)
    client, events = make_client(sink, deadline_s=10.0)
    sink.kill(restarting=10**6)
    write(client, "a")
    with pytest.raises(DeadlineError):
        client.flush()
    assert len(sink.sent) < 20
    assert len(events) == 1


def test_a_sink_lost_while_the_driver_was_busy_has_the_whole_deadline_to_come_back(tmp_path: Path) -> None:
    sink = FakeSink(tmp_path)
    client, _ = make_client(sink, deadline_s=10.0)
    sink.eager = False
    write(client, "a")
    sink.kill()
    sink.now += 1000
    client.poll()
    sink.eager = True
    client.close()
    assert stored(tmp_path) == ["a"] * 4


def test_a_sink_that_is_lost_too_often_is_given_up(tmp_path: Path) -> None:
    sink = FakeSink(tmp_path)
    client, events = make_client(sink, max_restarts=1)
    for group in "ab":
        sink.eager = False
        write(client, group)
        sink.kill()
        if group == "b":
            with pytest.raises(SinkError, match="lost 2 times"):
                client.flush()
        else:
            sink.eager = True
            client.flush()
    assert len(events) == 3


def test_a_group_that_could_not_be_written_is_kept_and_written_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = FakeSink(tmp_path)
    client, _ = make_client(sink)
    write(client, "a")
    client.poll()
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", _no_space)
        write(client, "b")
        with pytest.raises(SinkError, match="No space left"):
            client.poll()
        assert client.num_pending == 1
    client.close()
    assert stored(tmp_path) == sorted("ab" * 4)


def _no_space(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_rows_that_the_sink_refuses_are_named_and_given_up(tmp_path: Path) -> None:
    sink = FakeSink(tmp_path)
    client, _ = make_client(sink)
    client.write_group(("run-1", "b", 0), group_table("a"))
    with pytest.raises(ValueError, match="were sent as"):
        client.poll()
    assert client.num_pending == 0
    write(client, "a")
    client.flush()


def test_a_new_sink_reports_what_its_predecessor_left_open(tmp_path: Path) -> None:
    options = SinkOptions(directory=str(tmp_path))
    first = Sink(options)
    table = group_table("a")
    assert first.write_group(store_key(table), table)
    assert first._writer is not None
    first._writer._release()
    health = Sink(options).health()
    assert (health.num_groups, health.num_rows, health.num_recovered) == (1, 4, 1)
